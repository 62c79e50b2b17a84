import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { getPageSight, getTouchedAssets, type PageSight } from '#lib/queries/changes/page-sight.ts'
import { isShown, movedTopics, type Topic } from '#lib/queries/changes/topic.ts'
import { type Movement, watchChanges } from '#lib/queries/changes/watch-changes.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { feelPulse, knownTrouble } from './database-pulse.ts'
import type { Frame } from './event-stream.ts'
import { ownAddress, ownHeaders } from './own-call.ts'
import { changeFrames, HEARTBEAT, movedFrame } from './page-events.ts'
import { type Context, movedFor, type WebProcess, webProcess } from './web-process.ts'

/** The prerendered overview is made anew at least this often, so that its instants are never older. */
const RENEW_MS = 30_000
const FIRST_ANSWER_MS = 200
const HEARTBEAT_MS = 20_000

/** Keeps the prerendered overview and the open pages in step with the database, until the process stops. */
export function followChanges(): void {
  const web = webProcess()
  const { signal } = web.stopping
  void watchMovements(web, signal)
  void keepWarm(web, signal)
  void beat(web, signal)
  void feelPulse(web.context.clock, signal, web.ask, () => announceTurn(web))
}

/** Each audience is told of what it may see and of nothing else. */
async function watchMovements(web: WebProcess, signal: AbortSignal): Promise<void> {
  const known = new Map<string | null, PageSight>()
  const first = await getPageSight(web.context).catch(() => null)
  if (first !== null) known.set(null, first)
  await watchChanges(web.context, signal, async (movement) => {
    for (const audience of audiencesOf(web)) {
      const context = seenBy(web.context, visitor(audience))
      const now = await getPageSight(context)
      const before = known.get(audience)
      await announce(web, context, movement, before === undefined ? ['*'] : await topicsBetween(context, before, now))
      known.set(audience, now)
    }
  })
}

/** Those who see everything, and whoever has been here. */
function audiencesOf({ listeners, moved }: WebProcess): Set<string | null> {
  return new Set([...moved.keys(), ...[...listeners].map(({ audience }) => audience)])
}

async function topicsBetween(context: Context, before: PageSight, after: PageSight): Promise<Topic[]> {
  const touched = await getTouchedAssets(context, before)
  return [...new Set([...movedTopics(before.things, after.things), ...touched])]
}

async function announce(web: WebProcess, context: Context, movement: Movement, topics: readonly Topic[]): Promise<void> {
  const { audience } = context.actor
  if (audience === null && isShown(topics, OVERVIEW_SHOWS)) await renewOverview(web)
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
    for (const audience of audiencesOf(web)) tell(web, audience, [HEARTBEAT])
  }
  for (const listener of [...web.listeners]) listener.end()
}

/** The database has fallen silent or is back: what is shown is made anew, as last known where that can be, or as it is. */
async function announceTurn(web: WebProcess): Promise<void> {
  await renewOverview(web)
  const topics = knownTrouble() === undefined ? ['*'] : OVERVIEW_SHOWS
  for (const audience of audiencesOf(web)) {
    movedFor(web, audience).note(web.context.clock.now(), topics)
    tell(web, audience, [movedFrame(topics)])
  }
  // Nothing can be followed now: pages that were told nothing say so themselves, and come back when there is something to follow.
  if (knownTrouble() !== undefined) for (const listener of [...web.listeners]) listener.end()
}

/** Revalidation works only inside a request, so the process asks itself; the visit afterwards renders before any reader waits. */
async function renewOverview(web: WebProcess): Promise<void> {
  const origin = ownAddress()
  try {
    await fetch(`${origin}/api/internal/revalidate`, { method: 'POST', headers: ownHeaders(), signal: AbortSignal.timeout(5000) })
    const answer = await fetch(origin, { signal: AbortSignal.timeout(30_000) })
    await answer.arrayBuffer()
  } catch (error) {
    web.context.log.warn('could not renew the overview', { error: toInternalMessage(error) })
  }
}

async function keepWarm(web: WebProcess, signal: AbortSignal): Promise<void> {
  const { clock } = web.context
  await clock.sleep(FIRST_ANSWER_MS, signal)
  while (!signal.aborted) {
    await renewOverview(web)
    await clock.sleep(RENEW_MS, signal)
  }
}
