import { failure, ok, type Reply } from './reply.ts'
import type { FieldMapping, SearchDocument, SearchWorld, StoredIndex } from './world.ts'

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
  isDiskFull: boolean
  hasLeader: boolean
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

function answerTo(world: SearchWorld, name: string, { id, document }: Item, conditions: Conditions) {
  const { isRefused, isUnfit, needsAlias, isDiskFull, hasLeader } = conditions
  const refused = (status: number, error: Problem) => ({ index: { _index: name, _id: id, status, error } })
  if (needsAlias && !world.aliases.has(name)) {
    const reason = `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`
    return refused(404, { type: 'index_not_found_exception', reason })
  }
  const index = world.behind(name)?.[0] ?? world.create(name)
  if (isDiskFull) return refused(429, { type: 'cluster_block_exception', reason: FLOODED })
  if (isRefused(id)) return hasLeader ? refused(429, BUSY) : refused(503, LEADERLESS)
  if (document === null || isUnfit(id)) return refused(400, { type: 'mapper_parsing_exception', reason: 'failed to parse' })
  const problem = problemOf(index, id, document)
  if (problem !== null) return refused(400, problem)
  const result = world.put(index, id, document)
  return { index: { _index: index.name, _id: id, result, status: result === 'created' ? 201 : 200 } }
}

interface Problem {
  type: string
  reason: string
  caused_by?: Problem
}

const FLOODED = 'blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];'
const BUSY = { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' }
const LEADERLESS = { type: 'cluster_block_exception', reason: 'blocked by: [SERVICE_UNAVAILABLE/2/no master];' }
const TERM_MAX = 32_766
const NAMELESS = { type: 'illegal_argument_exception', reason: 'field name cannot be an empty string' }

/** Why an index cannot hold a document, as OpenSearch says it; null: it can. */
function problemOf({ mappings }: StoredIndex, id: string, document: SearchDocument): Problem | null {
  if (Buffer.byteLength(id) > 512) return { type: 'illegal_argument_exception', reason: 'id is too long' }
  if ('' in document) return { type: 'mapper_parsing_exception', reason: 'failed to parse', caused_by: NAMELESS }
  for (const [field, value] of Object.entries(document)) {
    const mapping = mappings.properties[field]
    if (mapping?.type === 'keyword' && String(value).length > TERM_MAX) {
      const reason = `Document contains at least one immense term in field="${field}" (whose UTF8 encoding is longer than the max length ${TERM_MAX})`
      return { type: 'illegal_argument_exception', reason }
    }
    if (!fits(mapping, value)) {
      const where = `of type [${mapping?.type}] in document with id '${id}'. Preview of field's value: '${String(value)}'`
      return { type: 'mapper_parsing_exception', reason: `failed to parse field [${field}] ${where}` }
    }
  }
  return null
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
