import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'

export interface FoundList<T> {
  total: number
  shown: T[]
}

/** What a search finds beside feeds: assets, flows (whose runs are one step away) and connections. */
export interface FoundThings {
  assets: FoundList<{ key: string; name: string; feedKey: string; feedName: string; status: Status | null }>
  flows: FoundList<{ name: string; feedName: string | null }>
  connections: FoundList<{ key: string; kind: string }>
  /** Feeds that hold one of the assets, or are written by one of the flows. */
  feedIds: ReadonlySet<number>
}

const SHOWN = 30

/** Every word stands somewhere in the text. */
const hasWords = (text: string) => `(select bool_and(position(w in lower(${text})) > 0) from unnest($1::text[]) w)`

const ASSETS = `
  select s.key, s.name, fs.key as "feedKey", fs.name as "feedName", a.feed_id as "feedId", sp.status
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  left join connection_state c on c.key = a.connection_key
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where ${hasWords("concat_ws(' ', s.key, s.name, c.kind, a.flow)")}
  order by array_position(array['stale', 'late', 'unknown', 'maintenance', 'fresh'], sp.status), s.name, s.key`

const FLOWS = `
  select f.name, (
    select min(fs.name) from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
    where a.flow = f.name
  ) as "feedName"
  from flow f where f.removed_at is null and ${hasWords("concat_ws(' ', f.name, f.settings ->> 'reads', f.settings ->> 'writes', f.settings ->> 'connections')")}
  order by f.name`

const CONNECTIONS = `
  select c.key, c.kind from connection_state c where c.removed_at is null and ${hasWords("concat_ws(' ', c.key, c.kind)")} order by c.key`

type AssetHit = FoundThings['assets']['shown'][number] & { feedId: number }

/** Looks for words among assets, flows and connections; every word must stand somewhere in a name, a key or a kind. */
export async function findThings(ctx: Context, text: string): Promise<FoundThings> {
  const words = toStorableText(text).toLowerCase().split(/\s+/).filter(Boolean)
  const [assets, flows, connections] = await Promise.all([
    ctx.pool.query<AssetHit>(ASSETS, [words]),
    ctx.pool.query<FoundThings['flows']['shown'][number]>(FLOWS, [words]),
    ctx.pool.query<FoundThings['connections']['shown'][number]>(CONNECTIONS, [words]),
  ])
  return {
    assets: { total: assets.rows.length, shown: assets.rows.slice(0, SHOWN).map(({ feedId: _id, ...asset }) => asset) },
    flows: { total: flows.rows.length, shown: flows.rows.slice(0, SHOWN) },
    connections: { total: connections.rows.length, shown: connections.rows.slice(0, SHOWN) },
    feedIds: new Set(assets.rows.map(({ feedId }) => feedId)),
  }
}
