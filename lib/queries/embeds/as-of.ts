import type { Context } from '#lib/db/context.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { AsOf } from '#lib/domain/wording/embed-words.ts'
import { getUnseenNeighbours } from '#lib/queries/shared/asset-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { joinLatestArrival } from '#lib/queries/shared/latest-arrival.ts'

interface Reach {
  id: number
  hasClock: boolean
  isJudged: boolean
  at: number | null
  isDay: boolean
  by: AsOf['by']
}

/** What has no clock of its own reaches as far as what it is made from. */
const REACH = `
  with recursive up(id) as (
    select unnest($1::int[]) union
    select e.upstream_id from up join lineage_now e on e.downstream_id = up.id where not exists (select from arrival x where x.asset_id = up.id)
  )
  select up.id, exists (select from arrival x where x.asset_id = up.id) as "hasClock", sp.status is not null as "isJudged",
    ${instant('coalesce(known.through_at, loaded.at, written.at)')} as at,
    known.through_at is not null and through.precision = 'day' as "isDay",
    case when known.through_at is null then 'load' else 'data' end as by
  from up join asset a on a.subject_id = up.id
  left join status_span sp on sp.subject_id = up.id and sp.to_at is null
  ${joinLatestArrival('loadedAt', 'loaded')} ${joinLatestArrival('writtenAt', 'written')} ${joinLatestArrival('dataThroughAt', 'through')}
  cross join lateral (select case when through.at <= $2::timestamptz then through.at end as through_at) known`

/**
 * How far the data of these assets reach: as far as the oldest of them, by what is in them, else by their last load or write. Null where nothing tells, or where what would
 * tell is not seen.
 */
export async function findAsOf(ctx: Context, assetIds: readonly number[]): Promise<AsOf | null> {
  if (assetIds.length === 0) return null
  const { rows } = await ctx.pool.query<Reach>(REACH, [assetIds, new Date(ctx.clock.now() + MINUTE_MS)])
  const clockless = rows.filter(({ hasClock }) => !hasClock).map(({ id }) => id)
  const unseen = clockless.length === 0 ? [] : await getUnseenNeighbours(ctx, clockless)
  if (unseen.some(({ isUpstream }) => isUpstream)) return null
  const telling = rows.flatMap(({ at, ...row }) => (at === null ? [] : [{ ...row, at }]))
  const judged = telling.filter(({ id, isJudged }) => isJudged || assetIds.includes(id))
  const [oldest] = (judged.length === 0 ? telling : judged).sort((a, b) => a.at - b.at)
  return oldest === undefined ? null : { at: oldest.at, isDay: oldest.isDay, by: oldest.by }
}
