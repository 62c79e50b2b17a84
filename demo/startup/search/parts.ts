import { search, shardsOf } from './queries.ts'
import { failure, ok, type Reply } from './reply.ts'
import { type SearchWorld, type StoredIndex, visibleIn } from './world.ts'

export interface PartQuestion {
  world: SearchWorld
  method: string
  indices: StoredIndex[]
  parameters: URLSearchParams
  body: Record<string, unknown>
}

/** What is asked of indices behind a name. */
export const PARTS: Record<string, (question: PartQuestion) => Reply> = {
  _search({ indices, parameters, body }) {
    const isAllowed = isWhole(indices) || parameters.get('allow_partial_search_results') !== 'false'
    return isAllowed ? search(indices, body) : failure(503, 'search_phase_execution_exception', 'all shards failed', NO_SHARD)
  },
  _count: ({ indices }) => ok({ count: countOf(indices), _shards: shardsOf(indices) }),
  _refresh({ world, indices }) {
    for (const index of indices) world.refresh(index)
    return ok({ _shards: shardsOf(indices) })
  },
  _flush({ indices }) {
    for (const index of indices) index.isInLog = false
    return ok({ _shards: shardsOf(indices) })
  },
  _settings({ world, indices, body }) {
    for (const index of indices) world.configure(index, indexSettings(body))
    return ok({ acknowledged: true })
  },
  _mapping({ method, indices, body }) {
    if (method !== 'PUT') return ok(Object.fromEntries(indices.map(({ name, mappings }) => [name, { mappings }])))
    for (const index of indices) Object.assign(index.mappings, body)
    return ok({ acknowledged: true })
  },
  _stats: ({ indices }) => ok(stats(indices)),
}

const NO_SHARD = { type: 'no_shard_available_action_exception', reason: 'no shard available' }
/** One of whose parts fails can still be asked; one that has none left cannot. */
const isWhole = (indices: readonly StoredIndex[]) => indices.every(({ shards }) => shards.failed < shards.total)
const countOf = (indices: readonly StoredIndex[]) => indices.reduce((sum, index) => sum + visibleIn(index).size, 0)

function indexSettings(written: Record<string, unknown>): Record<string, unknown> {
  const inner = written['index']
  return typeof inner === 'object' && inner !== null ? { ...inner } : written
}

function stats(indices: readonly StoredIndex[]) {
  const of = (some: readonly StoredIndex[]) => ({
    docs: { count: countOf(some), deleted: 0 },
    indexing: { index_total: some.reduce((sum, { written }) => sum + written, 0) },
  })
  return {
    _shards: shardsOf(indices),
    _all: { primaries: of(indices), total: of(indices) },
    indices: Object.fromEntries(indices.map((index) => [index.name, { uuid: index.uuid, primaries: of([index]), total: of([index]) }])),
  }
}
