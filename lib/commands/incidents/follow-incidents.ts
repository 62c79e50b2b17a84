import { isDeepStrictEqual } from 'node:util'
import { loadCauseHistory } from '#lib/db/causes/cause-history.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { getFollowedThrough, isFollowingDue, putFollowedThrough, takeDue } from '#lib/db/incidents/incident-due.ts'
import { insertIncidentEvents } from '#lib/db/incidents/incident-events.ts'
import { loadIncidents, markTold, storeIncidents, withdrawIncidents } from '#lib/db/incidents/incidents.ts'
import { isOurTurn } from '#lib/db/our-turn.ts'
import { followIncidents as follow } from '#lib/domain/incidents/follow-incidents.ts'
import type { CausesAt, Incident } from '#lib/domain/incidents/incident.ts'
import { eventKinds } from '#lib/domain/incidents/incident-event.ts'
import { type CauseHistory, causesOver } from '#lib/domain/lineage/causes/cause-history.ts'
import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** So far back incidents are known: as far as the bars reach. */
const KNOWN_MS = 91 * DAY_MS

const REST_EVERY_MS = 50
/** The kept history of a large installation is followed once, when there are no incidents yet. */
const LONGEST_MS = 10 * MINUTE_MS

/** What following came to: how many incidents are new or otherwise, and how much of that is news. */
export interface Followed {
  incidents: number
  news: number
}

/**
 * Carries the incidents on to now, and back to wherever the facts have changed since they were followed last; null: nothing was due, or another worker is at it.
 * Their first following tells only what stands. What was read together stands together: a change that comes meanwhile is due again.
 */
export async function followIncidents(ctx: Context): Promise<Followed | null> {
  if (!(await isFollowingDue(ctx.whole, ctx.clock.now()))) return null
  return withTransaction(ctx, async (sql) => {
    await sql.query(`set transaction isolation level repeatable read; set local idle_in_transaction_session_timeout = '${LONGEST_MS}ms'`)
    if (!(await isOurTurn(sql, 'incidents'))) return null
    const now = ctx.clock.now()
    const horizon = now - KNOWN_MS
    const through = (await getFollowedThrough(sql)) ?? now
    const from = Math.max(horizon, Math.min((await takeDue(sql, horizon, now)) ?? through, through))
    const changes = await changesOver(ctx, await loadCauseHistory(sql, from, now), from, now)
    const known = await loadIncidents(sql, from)
    const { incidents, gone, news, told } = follow({ through, ...known }, { from, changes }, now)
    const kinds = eventKinds(news, known.told)
    const changed = changedIn(incidents, known.incidents)
    await storeIncidents(sql, changed)
    await withdrawIncidents(sql, gone, now)
    await insertIncidentEvents(
      sql,
      now,
      news.map((one, place) => ({ ...one, kind: kinds[place] ?? 'changed' })),
    )
    await markTold(sql, told)
    await putFollowedThrough(sql, now)
    return { incidents: changed.length + gone.length, news: news.length }
  })
}

/** Many changes of very many assets take a while, in which a worker has other things to do, too. */
async function changesOver(ctx: Context, history: CauseHistory, from: Instant, through: Instant): Promise<CausesAt[]> {
  const changes: CausesAt[] = []
  let restedAt = ctx.clock.now()
  for (const change of causesOver(history, from, through)) {
    changes.push(change)
    if (ctx.clock.now() - restedAt < REST_EVERY_MS) continue
    await ctx.clock.sleep(0)
    restedAt = ctx.clock.now()
  }
  return changes
}

function changedIn(incidents: readonly Incident[], known: readonly Incident[]): Incident[] {
  const before = new Map(known.map((one) => [one.key, one]))
  return incidents.filter((one) => !isSame(one, before.get(one.key)))
}

function isSame(a: Incident, b: Incident | undefined): boolean {
  const inOrder = (one: Incident) => ({ ...one, members: one.members.toSorted((x, y) => x.from - y.from || x.assetId - y.assetId) })
  return b !== undefined && isDeepStrictEqual(inOrder(a), inOrder(b))
}
