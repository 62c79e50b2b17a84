import type { Snapshots } from '#app/_door/snapshots.ts'
import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { getPageSight, getTouchedAssets, type PageSight } from '#lib/queries/changes/page-sight.ts'
import { isShown, movedTopics, type Topic } from '#lib/queries/changes/topic.ts'
import { type Movement, watchChanges } from '#lib/queries/changes/watch-changes.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { feelPulse, knownTrouble } from './database-pulse.ts'
import type { Frame } from './event-stream.ts'
import { overviewKey, readersOf } from './overview-key.ts'
import { changeFrames, HEARTBEAT, movedFrame } from './page-events.ts'
import { type Context, movedFor, type WebProcess, webProcess } from './web-process.ts'

/** The overview is made anew at least this often while it is being read, so that its instants are never older. */
const RENEW_MS = 30_000
const FIRST_ANSWER_MS = 200
const HEARTBEAT_MS = 20_000

/** Keeps the snapshots of the overview and the open pages in step with the database, until the process stops. */
export function followChanges(snapshots: Snapshots): void {
  const web = webProcess()
  const { signal } = web.stopping
  void watchMovements(web, snapshots, signal)
  void keepWarm(web, snapshots, signal)
  void beat(web, signal)
  void feelPulse(web.context.clock, signal, web.ask, () => announceTurn(web, snapshots))
}

/** Each audience is told of what it may see and of nothing else. */
async function watchMovements(web: WebProcess, snapshots: Snapshots, signal: AbortSignal): Promise<void> {
  const known = new Map<string | null, PageSight>()
  const first = await getPageSight(web.context).catch(() => null)
  if (first !== null) known.set(null, first)
  await watchChanges(web.context, signal, async (movement) => {
    web.embeds?.shown.forget()
    web.embeds?.page.forget()
    const renewals: Promise<void>[] = []
    for (const audience of audiencesOf(web, snapshots)) {
      const context = seenBy(web.context, visitor(audience))
      const now = await getPageSight(context)
      const before = known.get(audience)
      const topics = before === undefined ? ['*'] : await topicsBetween(context, before, now)
      if (isShown(topics, OVERVIEW_SHOWS)) renewals.push(snapshots.outdate((key) => readersOf(key).actor.audience === audience))
      await announce(web, context, movement, topics)
      known.set(audience, now)
    }
    await Promise.all(renewals)
  })
}

/** Those who see everything, and whoever has been here. */
function audiencesOf({ listeners, moved }: WebProcess, snapshots: Snapshots): Set<string | null> {
  const readers = snapshots.keys().map((key) => readersOf(key).actor.audience)
  return new Set([...moved.keys(), ...[...listeners].map(({ audience }) => audience), ...readers])
}

async function topicsBetween(context: Context, before: PageSight, after: PageSight): Promise<Topic[]> {
  const touched = await getTouchedAssets(context, before)
  return [...new Set([...movedTopics(before.things, after.things), ...touched])]
}

async function announce(web: WebProcess, context: Context, movement: Movement, topics: readonly Topic[]): Promise<void> {
  const { audience } = context.actor
  if (movement.statuses) tell(web, audience, await changeFrames(context, movement.before.lastChangeId))
  if (topics.length === 0) return
  movedFor(web, audience).note(context.clock.now(), topics)
  tell(web, audience, [movedFrame(topics)])
}

function tell(web: WebProcess, audience: string | null, frames: readonly Frame[]): void {
  for (const listener of [...web.listeners]) if (listener.audience === audience) for (const frame of frames) listener.tell(frame)
}

async function beat(web: WebProcess, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await web.context.clock.sleep(HEARTBEAT_MS, signal)
    for (const listener of [...web.listeners]) listener.tell(HEARTBEAT)
  }
  for (const listener of [...web.listeners]) listener.end()
}

/** The database has fallen silent or is back: what is shown is made anew, as last known where that can be, or as it is. */
async function announceTurn(web: WebProcess, snapshots: Snapshots): Promise<void> {
  const renewed = snapshots.outdate(() => true)
  const topics = knownTrouble() === undefined ? ['*'] : OVERVIEW_SHOWS
  for (const audience of audiencesOf(web, snapshots)) {
    movedFor(web, audience).note(web.context.clock.now(), topics)
    tell(web, audience, [movedFrame(topics)])
  }
  // Nothing can be followed now: pages that were told nothing say so themselves, and come back when there is something to follow.
  if (knownTrouble() !== undefined) for (const listener of [...web.listeners]) listener.end()
  await renewed
}

/** The overview of a public page is read as if by somebody, so that there is always a fresh one to show when the database is gone. */
async function keepWarm(web: WebProcess, snapshots: Snapshots, signal: AbortSignal): Promise<void> {
  const { context } = web
  await context.clock.sleep(FIRST_ANSWER_MS, signal)
  while (!signal.aborted) {
    try {
      const { isPrivate, publicAudience } = await getPageAccess(context)
      if (!isPrivate) await snapshots.read(overviewKey(visitor(publicAudience)), 'document')
    } catch (error) {
      context.log.warn('could not renew the overview', { error: toInternalMessage(error) })
    }
    await snapshots.tend()
    await context.clock.sleep(RENEW_MS, signal)
  }
}
