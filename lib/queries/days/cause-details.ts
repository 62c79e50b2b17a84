import type { Context } from '#lib/db/context.ts'
import { type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { Reason } from '#lib/domain/freshness/status.ts'
import { assetOf, type Cause, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type CauseName, getCauseNames } from '#lib/queries/outlook/cause-names.ts'

/** What a cause is called, and why it was so at an instant. */
export interface CauseDetails extends CauseName {
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
  reason: Reason | null
  lastEnds: LastEnds | null
}

/** Of a flow or job one of the assets that it writes says how its runs ended. */
const ASSETS = `
  select w.index, sp.reason,
    case when sp.reason = 'run-failed' or w.work is not null then ${lastEndsSql('moment.at')} end as "lastEnds"
  from jsonb_to_recordset($1::jsonb) as w(index int, ids int[], work text, "atMs" float8)
  cross join lateral (select to_timestamp(w."atMs" / 1000) as at) moment
  cross join lateral (
    select a.* from asset a where a.subject_id = any(w.ids) and (w.work is null or w.work in (a.flow, a.job)) order by a.subject_id limit 1
  ) a
  join subject s on s.id = a.subject_id
  left join status_span sp on sp.subject_id = s.id and sp.from_at <= moment.at and (sp.to_at is null or sp.to_at > moment.at)`

/** What each of these is called, and why it was so at its instant. */
export async function getCauseDetails(ctx: Context, asked: readonly Asked[]): Promise<CauseDetails[]> {
  const wanted = asked.flatMap(({ cause: { key, heldIds }, at }, index) => {
    const { kind, name } = partsOfCause(key)
    if (kind === 'connection' || kind === 'unseen') return []
    const id = assetOf(key)
    return [{ index, ids: id === null ? heldIds : [id], work: id === null ? name : null, atMs: at }]
  })
  const [{ rows }, names] = await Promise.all([
    wanted.length === 0 ? { rows: [] } : ctx.pool.query<AssetRow>(ASSETS, [JSON.stringify(wanted)]),
    getCauseNames(
      ctx,
      asked.map(({ cause }) => cause.key),
    ),
  ])
  const byIndex = new Map(rows.map((row) => [row.index, row]))
  return asked.flatMap(({ cause }, index) => {
    const name = names.get(cause.key)
    return name === undefined ? [] : [{ ...name, ...whyOf(byIndex.get(index)) }]
  })
}

function whyOf(row: AssetRow | undefined): Pick<CauseDetails, 'reason' | 'run' | 'says'> {
  const failed = toFailedRun(row?.lastEnds ?? null)
  return { reason: row?.reason ?? null, run: failed?.id ?? null, says: failed?.words ?? null }
}
