import { failure, ok, type Reply } from './reply.ts'
import { type SearchDocument, type StoredIndex, visibleIn } from './world.ts'

interface SearchBody {
  size?: number
  query?: { query_string?: { query: string } }
  aggs?: Record<string, { max?: { field: string } }>
}

/** Documents behind a name as of their last refresh: how many, some of them, the newest values. */
export function search(indices: readonly StoredIndex[], written: unknown): Reply {
  const { size = 10, query, aggs = {} } = (written ?? {}) as SearchBody
  const found = indices.flatMap((index) => [...visibleIn(index)].map(([id, document]) => ({ index, id, document })))
  const filter = filterOf(query?.query_string?.query)
  if (filter === null)
    return failure(400, 'search_phase_execution_exception', 'all shards failed', {
      type: 'query_shard_exception',
      reason: 'Failed to parse query',
    })
  const hits = found.filter(({ document }) => filter(document))
  const aggregations: Record<string, unknown> = {}
  for (const [name, { max }] of Object.entries(aggs)) {
    const newest = newestOf(
      indices,
      hits.map(({ document }) => document),
      max?.field ?? '',
    )
    if (newest === null) return failure(400, 'search_phase_execution_exception', 'all shards failed', NOT_AGGREGATED)
    aggregations[name] = newest
  }
  return ok({
    took: 1,
    timed_out: false,
    _shards: shardsOf(indices),
    hits: {
      total: { value: hits.length, relation: 'eq' },
      max_score: null,
      hits: hits.slice(0, size).map(({ index, id, document }) => ({ _index: index.name, _id: id, _source: document })),
    },
    aggregations,
  })
}

export function shardsOf(indices: readonly StoredIndex[]) {
  const total = indices.reduce((sum, { shards }) => sum + shards.total, 0)
  const failed = indices.reduce((sum, { shards }) => sum + shards.failed, 0)
  return { total, successful: total - failed, skipped: 0, failed }
}

const NOT_AGGREGATED = {
  type: 'illegal_argument_exception',
  reason: 'Field [x] of type [text] is not supported for aggregation [max]',
}

/** `field:value`, and nothing else; null: not to be understood. */
function filterOf(query: string | undefined): ((document: SearchDocument) => boolean) | null {
  if (query === undefined) return () => true
  const [, field = '', value] = /^([\w.@]+):([\w-]+)$/.exec(query) ?? []
  return value === undefined ? null : (document) => String(document[field]) === value
}

/** null: a field whose values have no greatest. */
function newestOf(indices: readonly StoredIndex[], documents: readonly SearchDocument[], field: string) {
  const mapping = indices.map((index) => index.mappings.properties[field]).find((one) => one !== undefined)
  if (mapping === undefined) return { value: null }
  if (mapping.type === 'text' || mapping.type === 'keyword') return null
  const values = documents.flatMap((document) => {
    const value = document[field]
    return value == null ? [] : [typeof value === 'number' ? value : Date.parse(String(value))]
  })
  if (values.length === 0) return { value: null }
  const value = values.reduce((a, b) => Math.max(a, b))
  if (mapping.type !== 'date') return { value }
  const iso = new Date(value).toISOString()
  return { value, value_as_string: mapping.format === 'yyyy-MM-dd' ? iso.slice(0, 10) : iso }
}
