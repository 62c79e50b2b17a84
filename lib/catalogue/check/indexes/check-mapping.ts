import { type Finding, wrongValue } from '#lib/catalogue/check/finding.ts'
import { suggestion } from '#lib/catalogue/check/suggest.ts'
import { CONTRACTS_FOLDER } from '#lib/catalogue/parse/merge-files.ts'
import { childOf, entriesOf, itemsOf, type LocatedNode, nodeAt, textAt, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { namedContracts } from '#lib/catalogue/resolve/contracts.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import { columnSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { type IndexType, indexMappingSchema, typeOfMapping } from '#lib/catalogue/schema/index-mapping.ts'
import { entityFor, readContract } from '#lib/domain/contracts/contract.ts'
import { NOT_IN_FORCE } from '#lib/domain/contracts/contract-terms.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { promisedAt } from '#lib/domain/contracts/promised-at.ts'
import { canBeRead } from '#lib/domain/contracts/reads-as.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import type { ColumnType, WrittenColumn } from '#lib/domain/values/column-type.ts'

const NUMBERS: readonly IndexType[] = ['byte', 'short', 'integer', 'long', 'unsigned_long', 'float', 'half_float', 'double', 'scaled_float']
const TEXTS: readonly IndexType[] = ['text', 'keyword', 'wildcard', 'match_only_text', 'search_as_you_type']
const TIMES: readonly IndexType[] = ['date', 'date_nanos']
const WITH_FIELDS: readonly IndexType[] = ['object', 'nested', 'flattened', 'flat_object']

/** As what values of a column can be kept; of texts all but what has fields, and of JSON anything. */
const KEPT_AS: Readonly<Record<Exclude<ColumnType, 'text' | 'json'>, readonly IndexType[]>> = {
  integer: [...NUMBERS, ...TIMES, 'text', 'keyword', 'wildcard'],
  number: [...NUMBERS, 'text', 'keyword', 'wildcard'],
  boolean: ['boolean', 'text', 'keyword'],
  date: [...TIMES, ...TEXTS],
  timestamp: [...TIMES, ...TEXTS],
}

/** What is contradictory in the fields of an index: between `select`, `mapping` and `key`, and between `select` and the contract of what is read. */
export function checkMapping(flow: DeclaredFlow, outline: Outline): Finding[] {
  if (childOf(flow.node, 'index') === undefined) return []
  return [...checkMapped(flow), ...checkPromised(flow, outline)]
}

interface Selected {
  node: LocatedNode
  column: WrittenColumn
}

/** The columns that can be read; what is wrong with others is told elsewhere. */
function selectedOf({ node }: DeclaredFlow): Map<string, Selected> {
  const columns = entriesOf(childOf(node, 'select')).flatMap(([name, written]): [string, Selected][] => {
    const { data } = columnSchema.safeParse(toPlain(written))
    return data === undefined ? [] : [[name, { node: written, column: data }]]
  })
  return new Map(columns)
}

const typeOf = (column: WrittenColumn) => (typeof column === 'string' ? null : (column.type ?? null))

function checkMapped(flow: DeclaredFlow): Finding[] {
  const mapping = nodeAt(flow.node, ['index', 'mapping'])
  const { data = {} } = indexMappingSchema.safeParse(mapping === undefined ? {} : toPlain(mapping))
  const columns = selectedOf(flow)
  const isSelecting = childOf(flow.node, 'select') !== undefined
  const keys = itemsOf(nodeAt(flow.node, ['index', 'key'])).flatMap((item) => textOf(item) ?? [])
  return entriesOf(mapping).flatMap(([name, node]) => {
    const kept = data[name]
    const selected = columns.get(name)
    if (isSelecting && selected === undefined) {
      const remedy = suggestion(name, columns.keys(), 'Add it to "select".')
      return [wrongValue(node.path, `"select" makes no column "${name}".`, remedy)]
    }
    if (kept === undefined) return []
    const type = typeOfMapping(kept)
    if (keys.includes(name) && WITH_FIELDS.includes(type))
      return [wrongValue(node.path, `"${name}" tells documents apart, and cannot be kept as ${type}.`, 'Keep it as keyword.')]
    const own = selected === undefined ? null : typeOf(selected.column)
    if (own === null || canBeKept(own, type)) return []
    const remedy = 'Map it otherwise, or give the column another type in "select".'
    return [wrongValue(node.path, `"select" makes ${own} of "${name}", which cannot be kept as ${type}.`, remedy)]
  })
}

function canBeKept(own: ColumnType, type: IndexType): boolean {
  if (own === 'json') return true
  return own === 'text' ? !WITH_FIELDS.includes(type) : KEPT_AS[own].includes(type)
}

function checkPromised(flow: DeclaredFlow, outline: Outline): Finding[] {
  const promised = flow.from === null ? [] : promisesOf(flow.from, outline)
  const keys = itemsOf(nodeAt(flow.node, ['index', 'key'])).flatMap((item) => textOf(item) ?? [])
  return [...selectedOf(flow)].flatMap(([name, selected]) => {
    const contradictions = promised.flatMap((version) => contradiction(name, selected, version, keys.includes(name)))
    return contradictions.slice(0, 1)
  })
}

function contradiction(name: string, { node, column }: Selected, { version, fields }: PromisedVersion, isKey: boolean): Finding[] {
  const { from, epoch, type = null } = typeof column === 'string' ? { from: column } : column
  const family = promisedAt(fields, from)?.field.type?.family
  if (family === undefined) return []
  const says = `version ${version} of its contract promises ${family} of "${from}"`
  if (type !== null && !canBeRead(family, type, epoch !== undefined))
    return [wrongValue(node.path, `"${name}" cannot be ${type}: ${says}.`, 'Give the column another type, or correct the contract.')]
  if (type !== null || !isKey || (family !== 'object' && family !== 'array')) return []
  return [wrongValue(node.path, `"${name}" cannot tell documents apart: ${says}.`, 'Name another column in "key".')]
}

interface PromisedVersion {
  version: string
  fields: readonly Field[]
}

/** What the contract of an asset promises, version by version, as far as it stands in the catalogue. */
function promisesOf(asset: string, { root, assets, feeds }: Outline): PromisedVersion[] {
  const shown = assets.find(({ key }) => key === asset)
  const feed = feeds.find(({ key, group }) => key === shown?.feed && group === shown?.group)
  const contract = childOf(shown?.node, 'contract') ?? childOf(feed?.node, 'contract')
  const of = textOf(contract) ?? textAt(contract, 'of')
  if (of === undefined) return []
  const known = entriesOf(childOf(root, CONTRACTS_FOLDER))
  const isLanded = entriesOf(childOf(root, 'flows')).some(([, flow]) => textAt(flow, 'land', 'into') === asset)
  const names = namedContracts(
    known.map(([name]) => name),
    of,
  )
  return known.flatMap(([name, node]) => {
    const read = names.includes(name) ? readContract(toPlain(node)) : null
    const entity = read?.ok === true ? entityFor(read.contract, pathOf(asset), textAt(contract, 'entity') ?? null) : null
    if (read?.ok !== true || entity === null || NOT_IN_FORCE.has(read.contract.status)) return []
    return [{ version: read.contract.version, fields: isLanded ? entity.fields.map(inDocument) : entity.fields }]
  })
}

/** Of files that landed the records stand in one column of their table. */
function inDocument(field: Field): Field {
  return { ...field, name: `document.${field.name}` }
}
