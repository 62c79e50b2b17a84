import type { Context } from '#lib/db/context.ts'
import { type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { Reason } from '#lib/domain/freshness/status.ts'
import { assetOf, type Cause, type CauseKey, type CauseKind, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import { withJobNames } from '#lib/queries/shared/causes.ts'

/** What a cause is called, and why it was so at an instant. */
export interface CauseDetails {
  kind: CauseKind
  /** '' of what the reader does not see. */
  key: string
  name: string
  /** The feed of an asset. */
  feed: { key: string; name: string } | null
  /** Of an asset: why, as a word. */
  reason: Reason | null
  /** The run because of which it was so, and why, in its own words. */
  run: string | null
  says: string | null
}

interface Asked {
  cause: Pick<Cause, 'key' | 'heldIds'>
  at: Instant
}

interface AssetRow {
  index: number
  key: string
  name: string
  feedKey: string
  feedName: string
  reason: Reason | null
  lastEnds: LastEnds | null
}

/** Of a flow or job one of the assets that it writes says how its runs ended. */
const ASSETS = `
  select w.index, s.key, s.name, fs.key as "feedKey", fs.name as "feedName", sp.reason,
    case when sp.reason = 'run-failed' or w.work is not null then ${lastEndsSql('moment.at')} end as "lastEnds"
  from jsonb_to_recordset($1::jsonb) as w(index int, ids int[], work text, "atMs" float8)
  cross join lateral (select to_timestamp(w."atMs" / 1000) as at) moment
  cross join lateral (
    select a.* from asset a where a.subject_id = any(w.ids) and (w.work is null or w.work in (a.flow, a.job)) order by a.subject_id limit 1
  ) a
  join subject s on s.id = a.subject_id join subject fs on fs.id = a.feed_id
  left join status_span sp on sp.subject_id = s.id and sp.from_at <= moment.at and (sp.to_at is null or sp.to_at > moment.at)`

/** What each of these is called, and why it was so at its instant. */
export async function getCauseDetails(ctx: Context, asked: readonly Asked[]): Promise<CauseDetails[]> {
  const wanted = asked.flatMap(({ cause: { key, heldIds }, at }, index) => {
    const { kind, name } = partsOfCause(key)
    if (kind === 'connection' || kind === 'unseen') return []
    const id = assetOf(key)
    return [{ index, ids: id === null ? heldIds : [id], work: id === null ? name : null, atMs: at }]
  })
  const { rows } = wanted.length === 0 ? { rows: [] } : await ctx.pool.query<AssetRow>(ASSETS, [JSON.stringify(wanted)])
  const byIndex = new Map(rows.map((row) => [row.index, row]))
  const details = asked.map(({ cause }, index) => toDetails(cause.key, byIndex.get(index)))
  return withJobNames(ctx, details)
}

function toDetails(cause: CauseKey, row: AssetRow | undefined): CauseDetails {
  const { kind, name } = partsOfCause(cause)
  const failed = toFailedRun(row?.lastEnds ?? null)
  const why = { feed: null, reason: row?.reason ?? null, run: failed?.id ?? null, says: failed?.words ?? null }
  if (kind === 'unseen') return { ...why, kind, key: '', name: UNSEEN_FIRST }
  if (kind !== 'asset') return { ...why, kind, key: name, name }
  const feed = row === undefined ? null : { key: row.feedKey, name: row.feedName }
  return { ...why, kind, key: row?.key ?? '', name: row?.name ?? UNSEEN_FIRST, feed }
}
