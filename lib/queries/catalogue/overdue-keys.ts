import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getKeysOfAssets, type KeyView, type Promising } from './asset-keys.ts'

/** A key of which nothing new came in time, in an asset that its feed is judged by. */
export interface OverdueKey extends Pick<KeyView, 'key' | 'newestAt'> {
  asset: string
  column: string
  status: 'late' | 'stale'
  /** From when on it is late. */
  since: Instant
}

type Row = Promising & { asset: string; feedId: number }

/** Assets that keys turned, whatever else is promised of them. */
const TURNED = `
  select s.id, s.key as asset, a.feed_id as "feedId", sp.status, sp.reason, ${instant('seen.probed_at')} as "probedAt",
    (v.settings ->> 'blindAfterMs')::float8 as "blindAfterMs", v.settings -> 'expect' as promise
  from subject s join asset a on a.subject_id = s.id
  join status_span sp on sp.subject_id = s.id and sp.to_at is null and sp.reason = 'key-overdue'
  left join sight seen on seen.asset_id = s.id
  join lateral (select settings from subject_version x where x.subject_id = s.id order by x.from_at desc limit 1) v on true
  where s.removed_at is null and a.promised and jsonb_typeof(v.settings -> 'expect') = 'object'
  order by s.position, s.id`

/** By the ids of feeds, the keys because of which their assets are late or stale, the one that is so longest first. */
export async function getOverdueKeys(ctx: Context): Promise<Map<number, OverdueKey[]>> {
  const { rows } = await ctx.pool.query<Row>(TURNED)
  const keys = await getKeysOfAssets(ctx, rows)
  const overdue = rows.flatMap((row) => (keys.get(row.id) ?? []).flatMap((view) => toOverdue(row, view)))
  const ofFeed = Map.groupBy(overdue, ({ feedId }) => feedId)
  return new Map([...ofFeed].map(([id, all]) => [id, all.map(({ feedId: _feedId, ...one }) => one).sort((a, b) => a.since - b.since)]))
}

function toOverdue({ asset, feedId, promise }: Row, { key, status, newestAt, lateAt }: KeyView): (OverdueKey & { feedId: number })[] {
  if (status !== 'late' && status !== 'stale') return []
  return [{ feedId, asset, column: promise.column, key, status, newestAt, since: lateAt }]
}
