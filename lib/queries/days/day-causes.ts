import type { Context } from '#lib/db/context.ts'
import type { DayTrouble } from '#lib/domain/freshness/days/day-troubles.ts'
import { severity } from '#lib/domain/freshness/status.ts'
import { type Cause, type CauseKey, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { Causes } from '#lib/domain/lineage/causes/find-causes.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { causesThen } from '#lib/queries/shared/causes.ts'
import { type CauseDetails, getCauseDetails } from './cause-details.ts'

/** Something that was not fresh on a day, and the assets it was judged by. */
export interface Troubled {
  id: number
  troubles: readonly DayTrouble[]
  assetIds: readonly number[]
}

/** What it was that held things back on a day. */
export interface DayCause extends CauseDetails {
  /** Since when it was wrong, maybe before the day. */
  since: Instant
  /** What it held back of what was asked about, with from when until when. */
  held: { id: number; trouble: DayTrouble }[]
  /** The incident that it was part of; null: none is known. */
  incident: number | null
}

/** What a trouble comes down to is known once it has lasted so long: a run that should have loaded it has failed by then, a connection is known to be down. */
const KNOWN_AFTER_MS = 15 * MINUTE_MS
/** So many instants of a day are looked at for the first time, and so many again at the end of a trouble. */
const LOOKS_MAX = 12

interface Asked {
  of: Troubled
  trouble: DayTrouble
}

/**
 * What these came down to, over the lineage in force then: the first of what began in the day is looked at first, the longest where there is too much. A system
 * that explains a trouble says more than an asset that was wrong by itself: where none does at first, the end of the trouble is looked at, too.
 */
export async function getDayCauses(ctx: Context, troubled: readonly Troubled[]): Promise<DayCause[]> {
  const all = troubled.flatMap((of) => of.troubles.map((trouble): Asked => ({ of, trouble })))
  const early = await lookAt(ctx, all, ({ from, to }) => Math.min(from + KNOWN_AFTER_MS, to - 1))
  const open = all.filter((asked) => !isExplained(early.get(asked)))
  const late = await lookAt(ctx, open, ({ to }) => to - 1)
  const found = new Map<CauseKey, FoundCause>()
  for (const asked of all) {
    const look = isExplained(late.get(asked)) ? late.get(asked) : (early.get(asked) ?? late.get(asked))
    for (const cause of look?.causes ?? []) {
      const known = found.get(cause.key) ?? { cause, at: look?.at ?? 0, since: cause.since, held: [] }
      known.since = Math.min(known.since, cause.since)
      known.held.push({ id: asked.of.id, trouble: asked.trouble })
      found.set(cause.key, known)
    }
  }
  const causes = [...found.values()].sort((a, b) => b.held.length - a.held.length || worst(a) - worst(b) || a.since - b.since)
  const [details, incidents] = await Promise.all([getCauseDetails(ctx, causes), incidentsOf(ctx, causes)])
  return details.flatMap((own, index) => {
    const cause = causes[index]
    return cause === undefined ? [] : [{ ...own, since: cause.since, held: cause.held, incident: incidents[index] ?? null }]
  })
}

interface FoundCause extends Pick<DayCause, 'since' | 'held'> {
  cause: Cause
  at: Instant
}

/** What went on in another incident stands in that. */
const INCIDENTS = `
  select (
    select i.id from incident i
    where w.key = any(i.causes) and i.withdrawn_at is null and i.opened_at <= w."to" and (i.ended_at is null or i.ended_at >= w."from")
    order by i.end_how is distinct from 'merged' desc, i.opened_at desc limit 1
  ) as id
  from jsonb_to_recordset($1::jsonb) as w(place int, key text, "from" timestamptz, "to" timestamptz) order by w.place`

/** The incident of each of these causes, where there is one. */
async function incidentsOf(ctx: Context, causes: readonly FoundCause[]): Promise<(number | null)[]> {
  if (causes.length === 0) return []
  const asked = causes.map(({ cause, held }, place) => ({
    ...{ place, key: cause.key },
    from: new Date(Math.min(...held.map(({ trouble }) => trouble.from))),
    to: new Date(Math.max(...held.map(({ trouble }) => trouble.to))),
  }))
  return (await ctx.pool.query<{ id: number | null }>(INCIDENTS, [JSON.stringify(asked)])).rows.map(({ id }) => id)
}

const worst = ({ held }: Pick<DayCause, 'held'>) => Math.min(...held.map(({ trouble }) => severity(trouble.worst)))

interface Look {
  at: Instant
  causes: readonly Cause[]
}

const isExplained = (look: Look | undefined) => look?.causes.some(({ key }) => partsOfCause(key).kind !== 'asset') === true

/** What each of these comes down to at an instant of its own; of too many instants those that tell of most. */
async function lookAt(ctx: Context, asked: readonly Asked[], instantOf: (trouble: DayTrouble) => Instant): Promise<Map<Asked, Look>> {
  const byInstant = Map.groupBy(asked, ({ trouble }) => instantOf(trouble))
  const lasted = (own: readonly Asked[]) => own.reduce((sum, { trouble }) => sum + trouble.to - trouble.from, 0)
  const chosen = [...byInstant].sort(([, a], [, b]) => lasted(b) - lasted(a)).slice(0, LOOKS_MAX)
  const then = await causesThen(
    ctx,
    chosen.map(([at]) => at),
  )
  return new Map(
    chosen.flatMap(([at, own]) => {
      const causes = then.get(at)
      return causes === undefined ? [] : own.map((one) => [one, { at, causes: rootsOf(causes, one.of.assetIds) }] as const)
    }),
  )
}

function rootsOf(causes: Causes, assetIds: readonly number[]): Cause[] {
  return [...new Set(assetIds.flatMap((id) => causes.rootsOf(id)))]
}

const PROMISED = `
  select a.feed_id as id, array_agg(a.subject_id order by a.subject_id) as "assetIds" from asset a where a.promised and a.feed_id = any($1::int[]) group by a.feed_id`

/** Those of these feeds that were not fresh, with what they are judged by. */
export async function getTroubledFeeds(ctx: Context, feeds: readonly Pick<Troubled, 'id' | 'troubles'>[]): Promise<Troubled[]> {
  const troubled = feeds.filter(({ troubles }) => troubles.length > 0)
  if (troubled.length === 0) return []
  const { rows } = await ctx.pool.query<Pick<Troubled, 'id' | 'assetIds'>>(PROMISED, [troubled.map(({ id }) => id)])
  const assetsOf = new Map(rows.map(({ id, assetIds }) => [id, assetIds]))
  return troubled.map(({ id, troubles }) => ({ id, troubles, assetIds: assetsOf.get(id) ?? [] }))
}
