import type { Context, Sql } from '#lib/db/context.ts'
import type { Waiting } from '#lib/db/messages/receivers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { decideReady } from './data-ready.ts'
import type { Decision, Item, Receiver } from './decision.ts'
import { decideTurns } from './feed-turns.ts'
import { type AskGoodAgain, decideIncidents } from './incident-turns.ts'
import { decideReports } from './report-news.ts'

/** Something to tell, and since when it waits. */
export interface Timed extends Item {
  happenedAt: Instant
}

/** Of everything that waits what is told, what waited longest first. */
export async function decide(
  ctx: Context,
  sql: Sql,
  receiver: Receiver,
  rows: readonly Waiting[],
  goodAgain: AskGoodAgain,
): Promise<{ items: Timed[]; dropped: Decision['dropped'] }> {
  const changes = rows.flatMap(({ id, changeId }) => (changeId === null ? [] : [id]))
  const events = rows.filter(({ event }) => event !== null)
  const due = new Map(events.map(({ id, dueAt }) => [id, dueAt <= receiver.now]))
  const all = [
    await decideTurns(ctx, sql, receiver, changes),
    await decideIncidents(ctx, sql, receiver, due, goodAgain),
    await decideReady(ctx, sql, receiver, [...due.keys()]),
    await decideReports(ctx, sql, receiver, [...due.keys()]),
  ]
  const since = new Map(rows.map(({ id, createdAt }) => [id, createdAt]))
  const items = all.flatMap((one) =>
    one.items.map((item) => ({ ...item, happenedAt: Math.min(...item.ids.map((id) => since.get(id) ?? receiver.now)) })),
  )
  return { items: items.sort((a, b) => a.happenedAt - b.happenedAt), dropped: all.flatMap(({ dropped }) => dropped) }
}
