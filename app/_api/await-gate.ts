import type { Listener } from '#app/_lib/event-stream.ts'
import { topicsIn } from '#app/_lib/page-events.ts'
import type { Context, WebProcess } from '#app/_lib/web-process.ts'
import type { GateCondition } from '#lib/domain/freshness/gate.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { type FeedGate, getFeedGate } from '#lib/queries/api/feed-gate.ts'
import { isShown } from '#lib/queries/changes/topic.ts'

interface Wait {
  feed: string
  condition: GateCondition
  waitMs: number
  /** The session of whoever waits. */
  sessionId: string | null
  /** Aborted when whoever waits went away. */
  gone: AbortSignal
}

const reading = new Map<string, Promise<FeedGate | null>>()

/**
 * The gate of a feed once it is open, or as it stands when the time is over. It is looked at when the process, which follows the database
 * for all of its readers, tells that something of the feed moved, and not again once whoever waits may
 * see it no more; null when there is no such feed, or no more.
 */
export async function awaitGate({ listeners }: Pick<WebProcess, 'listeners'>, ctx: Context, wait: Wait): Promise<FeedGate | null> {
  const moved = createWakeSignal(ctx.clock)
  const ended = new AbortController()
  const stop = AbortSignal.any([wait.gone, ended.signal])
  const listener: Listener = {
    audience: ctx.actor.audience,
    sessionId: wait.sessionId,
    tokenId: ctx.actor.kind === 'token' ? ctx.actor.id : null,
    from: null,
    isGate: true,
    tell(frame) {
      if (isShown(topicsIn(frame), [`feed:${wait.feed}`])) moved.wake()
    },
    end: () => ended.abort(),
  }
  const until = ctx.clock.now() + wait.waitMs
  // Before the first look: what moves after it is told.
  listeners.add(listener)
  try {
    for (;;) {
      const found = await look(ctx, wait)
      const leftMs = until - ctx.clock.now()
      if (found === null || found.isOpen || found.isHopeless || leftMs <= 0 || stop.aborted) return found
      await moved.wait(leftMs, stop)
      if (ended.signal.aborted) return found
    }
  } finally {
    listeners.delete(listener)
  }
}

/** Those who wait for the same are told at the same moment, and look together. */
function look(ctx: Context, { feed, condition }: Wait): Promise<FeedGate | null> {
  const key = JSON.stringify([ctx.actor.audience, feed, condition])
  const found = reading.get(key)
  if (found !== undefined) return found
  const look = getFeedGate(ctx, feed, condition)
  reading.set(key, look)
  setImmediate(() => reading.delete(key))
  return look
}
