import type { Context } from '#lib/db/context.ts'
import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Cause, CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { type Causes, findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import { againOfFeeds, riskOfFeeds, type ToldCause, type ToldFeed, toldCauses } from '#lib/domain/lineage/causes/told-causes.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type CauseIncident, getIncidentsOfCauses } from '#lib/queries/incidents/who-is-on.ts'
import { causeGraphNow } from '#lib/queries/shared/causes.ts'
import { getGoodAgain, type Promised, promisedAmong } from '#lib/queries/shared/good-again.ts'
import { type AboutCause, aboutCauses } from './about-causes.ts'

/** A cause as a line of its own: what it is, why, and what it means for feeds. */
export interface CauseLine extends Omit<ToldCause, 'cause'>, AboutCause {
  since: Instant
  /** The worst of the feeds that it holds back; null: none yet. */
  status: Status | null
  /** The asset whose lineage shows the way from it. */
  focus: string | null
  /** What follows it, and who is on it; null: nothing has come of it yet. */
  incident: CauseIncident | null
}

/** What everything that is wrong comes down to, and how it goes on. */
export interface Outlook {
  causes: Causes
  /** The newest causes. */
  lines: CauseLine[]
  /** How many causes there are with those that are not told, and how many of them hold a feed back already. */
  total: number
  holding: number
  /** When each feed that is not fresh is good again, and from when on each that is fresh is at risk. */
  again: ReadonlyMap<number, GoodAgain>
  risk: ReadonlyMap<number, Instant>
}

const LINES_MAX = 20
/** What turns later is no news today. */
const RISK_AHEAD_MS = 7 * DAY_MS

/** What everything comes down to, told by these feeds, and when they are good again: of one look, as far as the reader sees it. */
export async function getOutlook(ctx: Context, feeds: readonly ToldFeed[]): Promise<Outlook> {
  const graph = await causeGraphNow(ctx, true)
  const causes = findCauses(graph)
  const [promised, again] = await Promise.all([promisedAmong(ctx, assetsUnder(causes.all)), getGoodAgain(ctx, graph)])
  const feedOf = new Map(promised.map(({ id, feedId }) => [id, feedId]))
  const told = toldCauses(causes.all, { feeds, feedOf, again, riskUntil: ctx.clock.now() + RISK_AHEAD_MS })
  const shown = told.slice(0, LINES_MAX)
  const [about, incidents] = await Promise.all([
    aboutCauses(ctx, shown, graph),
    getIncidentsOfCauses(
      ctx,
      shown.map(({ cause }) => cause.key),
    ),
  ])
  return {
    causes,
    lines: shown.flatMap((one, index) => toLine(one, about[index], { promised, incidents })),
    total: told.length,
    holding: told.filter(({ held }) => held.length > 0).length,
    again: againOfFeeds({ feedOf, again }),
    risk: riskOfFeeds(told),
  }
}

function assetsUnder(causes: readonly Cause[]): number[] {
  return causes.flatMap(({ heldIds, atRisk }) => [...heldIds, ...atRisk.map(({ id }) => id)])
}

interface Around {
  promised: readonly Promised[]
  incidents: ReadonlyMap<CauseKey, CauseIncident>
}

function toLine({ cause, held, atRisk }: ToldCause, about: AboutCause | undefined, { promised, incidents }: Around): CauseLine[] {
  if (about === undefined) return []
  const ids = new Set(held.length > 0 ? cause.heldIds : atRisk.length > 0 ? cause.atRisk.map(({ id }) => id) : [])
  const worst = held[0]?.id ?? atRisk[0]?.id
  return [
    {
      ...{ held, atRisk, ...about, since: cause.since },
      status: worstOf(held.map(({ status }) => status)),
      focus: promised.find(({ id, feedId }) => feedId === worst && ids.has(id))?.key ?? null,
      incident: incidents.get(cause.key) ?? null,
    },
  ]
}
