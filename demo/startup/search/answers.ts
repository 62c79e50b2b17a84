import { moveAliases, resolve } from './aliases.ts'
import { bulk } from './bulk.ts'
import { PARTS } from './parts.ts'
import { failure, noSuchIndex, ok, type Reply } from './reply.ts'
import type { FieldMapping, NewIndex, SearchWorld, StoredIndex } from './world.ts'

export interface Question {
  method: string
  path: string[]
  parameters: URLSearchParams
  body: string
  isRefused: (id: string) => boolean
  isUnfit: (id: string) => boolean
  hasLeader: boolean
  distribution: string
  isDiskFull: boolean
}

/** What one of the two knows and the other does not. */
const TYPES_OF: Record<string, readonly string[]> = { elasticsearch: ['flattened', 'version'], opensearch: ['flat_object'] }

/** What the cluster answers to one request, by its API of version 8. */
export function searchAnswer(world: SearchWorld, question: Question): Reply {
  const { path, body, parameters } = question
  const [first = '', second, third] = path
  if (second === '_bulk') return bulk(world, first, body, { ...question, needsAlias: parameters.get('require_alias') === 'true' })
  if (first === '_aliases') return moveAliases(world, readJson(body))
  if (first === '_cluster') return ok(health(world))
  if (first === '_resolve') return resolve(world, third ?? '*')
  if (first.startsWith('_')) return failure(400, 'illegal_argument_exception', 'no handler found for uri')
  return second === undefined ? onIndex(world, question, first) : onPart(world, question, first, second)
}

function onIndex(world: SearchWorld, { method, parameters, body, distribution, isDiskFull }: Question, name: string): Reply {
  if (method === 'GET') return describe(world, name, parameters.get('ignore_unavailable') === 'true')
  if (method === 'DELETE') {
    if (!world.indices.has(name)) return noSuchIndex(name)
    world.remove(name)
    return ok({ acknowledged: true })
  }
  if (world.behind(name) !== null) return failure(400, 'resource_already_exists_exception', `index [${name}] already exists`)
  if (isDiskFull) return failure(403, 'index_create_block_exception', 'blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];')
  const written: NewIndex = readJson(body)
  const unknown = unknownType(written.mappings?.properties ?? {}, distribution)
  if (unknown !== null) return failure(400, 'mapper_parsing_exception', `Failed to parse mapping [_doc]: ${unknown}`)
  world.create(name, written)
  return ok({ acknowledged: true, shards_acknowledged: true, index: name })
}

function unknownType(properties: Record<string, FieldMapping>, distribution: string): string | null {
  const others = Object.entries(TYPES_OF).flatMap(([name, types]) => (name === distribution ? [] : types))
  const unknown = Object.entries(properties).find(([, { type = 'object' }]) => others.includes(type))
  return unknown === undefined ? null : `No handler for type [${unknown[1].type}] declared on field [${unknown[0]}]`
}

/** Of each index that a name or pattern leads to: its aliases, mapping and settings. */
function describe(world: SearchWorld, name: string, isLenient: boolean): Reply {
  const found = name.endsWith('*')
    ? [...world.indices.values()].filter((index) => index.name.startsWith(name.slice(0, -1)))
    : world.behind(name)
  if (found === null) return isLenient ? ok({}) : noSuchIndex(name)
  const told = ({ name: index, mappings, settings }: StoredIndex) => {
    return [index, { aliases: Object.fromEntries(world.aliasesOf(index).map((alias) => [alias, {}])), mappings, settings }] as const
  }
  return ok(Object.fromEntries(found.map(told)))
}

function onPart(world: SearchWorld, { method, path, parameters, body }: Question, name: string, part: string): Reply {
  const answer = PARTS[part]
  if (answer === undefined) return failure(400, 'illegal_argument_exception', `request [/${path.join('/')}] contains unrecognized parts`)
  const isLenient = parameters.get('ignore_unavailable') === 'true'
  const names = name.split(',')
  const missing = names.find((one) => world.behind(one) === null)
  if (missing !== undefined && !isLenient) return noSuchIndex(missing)
  const indices = names.flatMap((one) => world.behind(one) ?? [])
  const isReadable = (index: StoredIndex) => part === '_mapping' || !index.isClosed
  if (!isLenient && !indices.every(isReadable)) return failure(400, 'index_closed_exception', 'closed')
  return answer({ world, method, indices: indices.filter(isReadable), parameters, body: readJson(body) })
}

function health(world: SearchWorld) {
  const isRed = [...world.indices.values()].some(({ shards }) => shards.failed > 0)
  return { cluster_name: 'pretend', status: isRed ? 'red' : 'yellow', number_of_nodes: 1, unassigned_shards: world.indices.size }
}

function readJson(body: string): Record<string, unknown> {
  return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
}
