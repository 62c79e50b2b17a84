import { insertRun } from '#lib/commands/runs/take-run.ts'
import type { Sql } from '#lib/db/context.ts'
import { getFailuresInARow, listUnderWay, listWaitingFiles } from '#lib/db/inbox/run-files.ts'
import type { FlowRow } from '#lib/db/runs/flows.ts'
import { listStartedByFeeds, loadFeedsToday } from '#lib/db/runs/fresh-feeds.ts'
import { getPage } from '#lib/db/settings.ts'
import { allOfTodaySince } from '#lib/domain/runs/fresh-today.ts'
import { withinHours } from '#lib/domain/runs/trigger-conditions.ts'
import { pauseAfterFailures, quietFrom, type RunTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay } from '#lib/domain/time/local-day.ts'

/**
 * Asks for runs of the flows for which files wait or whose feeds are all of today. What decides are the rows themselves, so that nothing that came is forgotten by a
 * worker that died; while a run goes on there is none, and what came meanwhile has one more after it.
 */
export async function planTriggered(sql: Sql, now: Instant, flows: readonly FlowRow[]): Promise<void> {
  await planForFiles(
    sql,
    now,
    flows.filter(({ on }) => on.some(({ kind }) => kind === 'file')),
  )
  await planForFeeds(
    sql,
    now,
    flows.filter(({ on }) => on.some(({ kind }) => kind === 'fresh')),
  )
}

async function planForFiles(sql: Sql, now: Instant, flows: readonly FlowRow[]): Promise<void> {
  const waiting = await listWaitingFiles(
    sql,
    flows.map(({ name }) => name),
    now,
  )
  const underWay = await listUnderWay(
    sql,
    waiting.map(({ flow }) => flow),
    now,
  )
  for (const { flow, firstAt, lastAt } of waiting) {
    if (underWay.has(flow)) continue
    const { debounceMs = 0, when = null } = flows.find(({ name }) => name === flow) ?? {}
    if (quietFrom({ firstAt, lastAt, debounceMs }) > now || withinHours(now, when) > now) continue
    const failed = await getFailuresInARow(sql, flow)
    if (failed !== null && failed.lastAt + pauseAfterFailures(failed.failures) > now) continue
    await ask(sql, now, flow, 'file')
  }
}

async function planForFeeds(sql: Sql, now: Instant, flows: readonly FlowRow[]): Promise<void> {
  if (flows.length === 0) return
  const { zone } = await getPage(sql)
  const dayStart = startOfDay(localDay(now, zone), zone)
  const started = await listStartedByFeeds(
    sql,
    flows.map(({ name }) => name),
    dayStart,
  )
  const left = flows.filter(({ name, when }) => !started.has(name) && withinHours(now, when) === now)
  const wanted = left.flatMap(({ on }) => on.flatMap((trigger) => (trigger.kind === 'fresh' ? trigger.feeds : [])))
  const feeds = wanted.length === 0 ? new Map() : await loadFeedsToday(sql, wanted)
  for (const { name, on, debounceMs } of left) {
    const since = on.flatMap((trigger) => {
      const all = trigger.kind === 'fresh' ? trigger.feeds.map((feed) => feeds.get(feed) ?? { status: null, reason: null, loads: [] }) : []
      return allOfTodaySince(all, dayStart) ?? []
    })
    if (since.some((at) => at + debounceMs <= now)) await ask(sql, now, name, 'fresh')
  }
}

async function ask(sql: Sql, now: Instant, flow: string, trigger: RunTrigger): Promise<void> {
  await insertRun(sql, now, { flow, parameters: {}, requestedBy: null, trigger }, false)
}
