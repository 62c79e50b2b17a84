import type { z } from 'zod'
import { fileFormatSchema } from '#lib/domain/values/file-format.ts'
import type { CatalogueContracts } from './contracts.ts'
import { DECLARED_FLOW_KEYS } from './declared-flow.ts'
import { catalogueDocumentSchema } from './document.ts'
import { isClosed, isRecord, type JsonSchema, toWrittenSchema } from './schema-keys.ts'

function propertiesOf(schema: unknown): Record<string, unknown> {
  return isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {}
}

/** The map schema inside `X`, `X | null` or a union: the branch that has properties or describes its entries. */
function mapBranch(schema: unknown): JsonSchema {
  if (!isRecord(schema)) return {}
  const alternatives = Array.isArray(schema['anyOf']) ? schema['anyOf'] : []
  return alternatives.map(mapBranch).find((branch) => branch['type'] === 'object') ?? schema
}

/** The schema with what stands at a path changed; `*` is any entry of a map. */
function changedAt(schema: unknown, [key, ...rest]: readonly string[], change: (map: JsonSchema) => JsonSchema): JsonSchema {
  const map = mapBranch(schema)
  if (key === undefined) return change(map)
  if (key === '*') return { ...map, additionalProperties: changedAt(map['additionalProperties'], rest, change) }
  const properties = propertiesOf(map)
  return { ...map, properties: { ...properties, [key]: changedAt(properties[key], rest, change) } }
}

interface Kind {
  settings: z.ZodType
  example?: { settings: readonly Record<string, unknown>[] }
}

/** Each kind takes its own settings. A reference may stand anywhere, so text is accepted beside every type. */
function kindsSchema(base: JsonSchema, kindsThere: ReadonlyMap<string, Kind>): JsonSchema {
  const { kind: described, ...ours } = propertiesOf(base)
  const reference = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}|^file:' }
  const kinds = [...kindsThere].map(([kind, { settings, example }]) => {
    const written = toWrittenSchema(settings)
    const theirs = Object.entries(propertiesOf(written)).map(([key, schema]) => [key, { anyOf: [schema, reference] }])
    const named = { kind: { ...(isRecord(described) && described), type: 'string', const: kind } }
    return {
      type: 'object',
      ...(example && { examples: example.settings.map((one) => ({ kind, ...one })) }),
      properties: { ...named, ...ours, ...Object.fromEntries(theirs) },
      required: ['kind', ...(Array.isArray(written['required']) ? written['required'] : [])],
      ...(isClosed(written) ? { additionalProperties: false } : {}),
    }
  })
  return kinds.length === 0 ? base : { oneOf: kinds }
}

/** Which connection an asset belongs to stands in its key, so every connector's settings are offered. */
function assetSchema(base: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const ours = propertiesOf(base)
  const theirs = joined([...contracts.connectors.values()].map((connector) => connector.assetSettings))
  return { anyOf: [{ ...base, properties: { ...theirs, ...ours }, additionalProperties: false }, { type: 'null' }] }
}

/** Keys of several schemas in one map; a key that more than one of them knows may hold what any of them takes. */
function joined(schemas: readonly (z.ZodType | undefined)[]): Record<string, unknown> {
  const found: Record<string, unknown[]> = {}
  for (const schema of schemas) {
    for (const branch of schema === undefined ? [] : branchesOf(toWrittenSchema(schema))) {
      for (const [key, value] of Object.entries(propertiesOf(branch))) found[key] = [...(found[key] ?? []), value]
    }
  }
  return Object.fromEntries(Object.entries(found).map(([key, values]) => [key, values.length === 1 ? values[0] : { anyOf: values }]))
}

function branchesOf(schema: JsonSchema): JsonSchema[] {
  const alternatives = [schema['anyOf'], schema['oneOf']].flatMap((branches) => (Array.isArray(branches) ? branches.filter(isRecord) : []))
  return [schema, ...alternatives.flatMap(branchesOf)]
}

function withKeys(block: unknown, keys: Record<string, unknown>): JsonSchema {
  const schema = isRecord(block) ? block : {}
  return { ...schema, properties: { ...keys, ...propertiesOf(schema) }, additionalProperties: false }
}

/** A flow without code: the connections are named by key, so what any connector takes is offered. */
function declaredFlowSchema(base: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const connectors = [...contracts.connectors.values()]
  const {
    connections: _connections,
    parameters,
    runs,
    reads,
    writes,
    load,
    deliver,
    land,
    index,
    extract: read,
    select,
    ...ours
  } = propertiesOf(base)
  const extract = withKeys(read, joined(connectors.map((connector) => connector.extractRequest)))
  const file = withKeys(deliver, joined([fileFormatSchema, ...connectors.map((connector) => connector.deliverOptions)]))
  const whenever = (properties: Record<string, unknown>, ...required: string[]) =>
    ['schedule', 'on'].map((when) => ({ ...base, properties: { ...ours, ...properties }, required: [when, ...required] }))
  return {
    anyOf: [
      ...whenever({ extract, select, load }, 'extract', 'load'),
      ...whenever({ extract, select, deliver: file }, 'extract', 'deliver'),
      ...whenever({ extract, select, index }, 'extract', 'index'),
      { ...base, properties: { ...ours, land }, required: ['on', 'land'] },
      ...whenever({ runs, reads, writes, parameters }, 'runs'),
    ],
  }
}

function flowsSchema(flows: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const base = mapBranch(flows['additionalProperties'])
  const ours = Object.fromEntries(Object.entries(propertiesOf(base)).filter(([key]) => !DECLARED_FLOW_KEYS.has(key)))
  const named = [...contracts.flows].map(([name, contract]) => {
    const parameters = toWrittenSchema(contract.parameters)
    return [name, { anyOf: [{ ...base, properties: { ...ours, parameters } }, { type: 'null' }] }] as const
  })
  return { ...flows, properties: Object.fromEntries(named), additionalProperties: declaredFlowSchema(base, contracts) }
}

/** JSON Schema of tidemark.yaml for editors, with the settings of the connectors and flows that are installed. */
export function catalogueJsonSchema(contracts: CatalogueContracts): JsonSchema {
  const parts: [string[], (base: JsonSchema, contracts: CatalogueContracts) => JsonSchema][] = [
    [['connections', '*'], (base, { connectors }) => kindsSchema(base, connectors)],
    [['channels', '*'], (base, { channels }) => kindsSchema(base, channels ?? new Map())],
    [['groups', '*', 'feeds', '*', 'assets', '*'], assetSchema],
    [['flows'], flowsSchema],
  ]
  const document = parts.reduce(
    (schema, [path, change]) => changedAt(schema, path, (base) => change(base, contracts)),
    toWrittenSchema(catalogueDocumentSchema),
  )
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Tidemark catalogue', ...document }
}
