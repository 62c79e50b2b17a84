import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { dayNumberAt, wallTimeAt } from '#lib/domain/time/zone.ts'
import { isFailure, type RunState } from './run.ts'

/** How a run ended: in words, and how and at which step it failed, where that was kept. */
export interface PastEnd {
  state: RunState
  problem: string | null
  failure?: string | null
  place?: string | null
}

/** What failed so often in the same way promises nothing. */
export const SAME_FAILURES = 3

/**
 * How many of the last runs, the newest first, failed one after the other in the same way: of the same kind at the same step, where that was kept of both, else in the
 * same words. Numbers do not make another step, nor other words.
 */
export function failuresInARow(ends: readonly PastEnd[]): number {
  const [newest] = ends
  if (newest === undefined) return 0
  const other = ends.findIndex((end) => !isFailure(end.state) || end.state === 'cancelled' || !isSameWay(newest, end))
  return other < 0 ? ends.length : other
}

/** Whether the last runs of a flow or job all failed in the same way. */
export function keepsFailing(ends: readonly PastEnd[]): boolean {
  return failuresInARow(ends) >= SAME_FAILURES
}

function isSameWay(a: PastEnd, b: PastEnd): boolean {
  const like = (text: string | null | undefined) => text?.replaceAll(/\d+/g, '#')
  const isKept = (end: PastEnd) => typeof end.failure === 'string' && typeof end.place === 'string'
  if (isKept(a) && isKept(b)) return a.failure === b.failure && like(a.place) === like(b.place)
  return like(a.problem ?? a.state) === like(b.problem ?? b.state)
}

const NIGHT = { from: 20, to: 8 }

/** A night is that of the day on whose evening it begins. */
function nightOf(at: Instant, zone: string): number {
  return dayNumberAt(at - 12 * HOUR_MS, zone)
}

/** Whether these times, the newest first, are one in each night, by the clocks of a zone. */
export function isNightly(times: readonly Instant[], zone: string): boolean {
  return times.every((at, index) => {
    const hour = new Date(wallTimeAt(at, zone)).getUTCHours()
    const later = times[index - 1]
    return (hour >= NIGHT.from || hour < NIGHT.to) && (later === undefined || nightOf(later, zone) - nightOf(at, zone) === 1)
  })
}
