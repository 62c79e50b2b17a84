import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

const STEP_MS = HOUR_MS / 2
const MOST_STEPS = 28
const SLACK_MS = 3 * MINUTE_MS

/** By how many half hours `at` is ahead of `now` when it is so almost exactly; null otherwise. A wrong zone looks like this. */
export function halfHoursAhead(at: Instant, now: Instant): number | null {
  const steps = Math.round((at - now) / STEP_MS)
  if (steps < 1 || steps > MOST_STEPS) return null
  return Math.abs(at - now - steps * STEP_MS) <= SLACK_MS ? steps : null
}

/** What to say about a newest value that lies in the future; null when it does not. */
export function futureWarning(at: Instant, now: Instant, before: number | null): string | null {
  if (at <= now + MINUTE_MS) return null
  const steps = halfHoursAhead(at, now)
  if (steps === null) return 'The newest value lies in the future; it is kept, but not judged.'
  const often = before === steps ? 'always ' : ''
  return `The newest value is ${often}${steps / 2} h ahead: it looks like local time taken for another zone. Set the asset’s zone.`
}
