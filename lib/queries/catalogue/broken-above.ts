import { loadReadingFeeds } from '#lib/db/catalogue/reading-feeds.ts'
import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Named } from './neighbour-names.ts'

/** A contract that is broken, about something that a feed is made from. */
export interface BrokenAbove {
  asset: Named
  version: string
  since: Instant
  words: string
}

const BROKEN = `
  select b.asset_id as id, s.key, s.name, b.version, extract(epoch from b.from_at)::float8 * 1000 as since, b.words
  from contract_break b join subject s on s.id = b.asset_id and s.removed_at is null where b.to_at is null order by b.from_at, s.key`

/** Which contracts are broken about what a feed is made from in another one, as whoever asks may see them; what broke first first. */
export async function getBrokenAbove(ctx: Context, feedKey: string): Promise<BrokenAbove[]> {
  const { rows } = await ctx.pool.query<Omit<BrokenAbove, 'asset'> & Named & { id: number }>(BROKEN)
  const readers = await loadReadingFeeds(
    ctx.pool,
    rows.map(({ id }) => id),
  )
  const sources = new Set(readers.flatMap(({ key, source }) => (key === feedKey ? [source] : [])))
  return rows.filter(({ id }) => sources.has(id)).map(({ id: _id, key, name, ...broken }) => ({ asset: { key, name }, ...broken }))
}
