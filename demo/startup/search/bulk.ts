import { failure, ok, type Reply } from './reply.ts'
import type { FieldMapping, SearchDocument, SearchWorld } from './world.ts'

interface Item {
  id: string
  document: SearchDocument | null
}

interface Conditions {
  /** The node has no room for this item now. */
  isRefused: (id: string) => boolean
  /** It never fits. */
  isUnfit: (id: string) => boolean
  /** A name that is none of an alias is refused instead of becoming an index. */
  needsAlias: boolean
}

/** Carries out a bulk request; the answer is a good one also where items were refused. */
export function bulk(world: SearchWorld, name: string, body: string, conditions: Conditions): Reply {
  if (!body.endsWith('\n')) return failure(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]')
  const items = readItems(body)
  if (items === null) return failure(400, 'illegal_argument_exception', 'Malformed action/metadata line')
  const answers = items.map((item) => answerTo(world, name, item, conditions))
  const errors = answers.some(({ index }) => 'error' in index)
  return ok({ took: 1, errors, items: answers })
}

function readItems(body: string): Item[] | null {
  const lines = body.split('\n').slice(0, -1)
  const items: Item[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const action = JSON.parse(lines[i] ?? '') as { index?: { _id: string } }
    if (action.index === undefined || lines[i + 1] === undefined) return null
    items.push({ id: action.index._id, document: readDocument(lines[i + 1] ?? '') })
  }
  return items
}

function readDocument(line: string): SearchDocument | null {
  try {
    return JSON.parse(line) as SearchDocument
  } catch {
    return null
  }
}

function answerTo(world: SearchWorld, name: string, { id, document }: Item, { isRefused, isUnfit, needsAlias }: Conditions) {
  const refused = (status: number, type: string, reason: string) => ({ index: { _index: name, _id: id, status, error: { type, reason } } })
  if (needsAlias && !world.aliases.has(name))
    return refused(
      404,
      'index_not_found_exception',
      `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`,
    )
  const index = world.behind(name)?.[0] ?? world.create(name)
  if (isRefused(id)) return refused(429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation')
  if (Buffer.byteLength(id) > 512) return refused(400, 'illegal_argument_exception', 'id is too long')
  if (document === null || isUnfit(id)) return refused(400, 'mapper_parsing_exception', 'failed to parse')
  for (const [field, value] of Object.entries(document))
    if (!fits(index.mappings.properties[field], value))
      return refused(
        400,
        'document_parsing_exception',
        `failed to parse field [${field}] of type [${index.mappings.properties[field]?.type}]`,
      )
  const result = world.put(index, id, document)
  return { index: { _index: index.name, _id: id, result, status: result === 'created' ? 201 : 200 } }
}

/** What a field takes as it is mapped. */
function fits({ type, format }: FieldMapping = {}, value: unknown): boolean {
  if (value === null || type === undefined) return true
  if (type === 'date') return isTime(format, value)
  if (type === 'long' || type === 'double' || type === 'float') return Number.isFinite(Number(value))
  if (type === 'boolean') return typeof value === 'boolean'
  return typeof value !== 'object' || type === 'object' || type === 'nested'
}

/** By a name of a format, as ISO has it; else by its letters, digits for each. */
function isTime(format: string | undefined, value: unknown): boolean {
  const isNamed = format === undefined || format.startsWith('strict_')
  if (typeof value !== 'string') return typeof value === 'number' && isNamed
  if (isNamed) return /^\d{4}-\d\d-\d\d/.test(value)
  return new RegExp(`^${format.replaceAll(/[^A-Za-z]/g, '\\$&').replaceAll(/[A-Za-z]/g, '\\d')}$`).test(value)
}
