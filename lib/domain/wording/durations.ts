import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

const SHOWN_UNITS: readonly (readonly [number, string])[] = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
]

/** A duration as people read it, `1 h 30 min`: at most `units` units, the rest cut off; what is shorter than a second is `under 1 s`. Never negative. */
export function formatDuration(ms: number, units = 2): string {
  const parts: string[] = []
  let rest = Math.max(0, ms)
  for (const [unitMs, name] of SHOWN_UNITS) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) parts.push(`${count} ${name}`)
    if (parts.length === units) break
  }
  return parts.length > 0 ? parts.join(' ') : ms > 0 ? 'under 1 s' : '0 s'
}

const WEEK_MS = 7 * DAY_MS
const STEPS = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
] as const

/** `3 hours ago`, `in 12 minutes`, `in 3 h 59 min`, `just now`; `in a moment` only of what is to come: clocks differ, and a page is a little older than they. */
export function age(at: number, now: number, isToCome = false): string {
  const distance = Math.abs(now - at)
  if (at > now && distance >= HOUR_MS) return `in ${formatDuration(distance, distance < WEEK_MS ? 2 : 1)}`
  for (const [ms, unit] of STEPS) {
    const count = Math.floor(distance / ms)
    if (count === 0) continue
    const words = `${count} ${unit}${count === 1 ? '' : 's'}`
    return at > now ? `in ${words}` : `${words} ago`
  }
  return isToCome && at > now ? 'in a moment' : 'just now'
}
