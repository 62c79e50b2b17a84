import { type Clock, systemClock } from '#lib/platform/clock.ts'

/** A clock that goes `speed` times as fast as others since `begunAt`, the same in all processes: waits of minutes pass in moments. */
export function fastClock(begunAt: number, speed: number): Clock {
  return { ...systemClock, now: () => Math.round(begunAt + (systemClock.now() - begunAt) * speed) }
}
