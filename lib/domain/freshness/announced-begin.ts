import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { readMoment } from '#lib/domain/values/convert-time.ts'

const AHEAD_MAX_MS = 366 * DAY_MS

/**
 * When announced work begins: a day with its time in `zone` (`2026-12-01 22:00`), or with an offset. In words why it cannot: it is none,
 * has passed, or lies more than a year ahead.
 */
export function readBegin(written: string, zone: string, now: Instant): Instant | { problem: string } {
  const moment = readMoment(written.trim(), zone)
  if (moment === null)
    return { problem: `"${written}" is no day and time. Write one such as 2026-12-01 22:00, as the clocks of ${zone} show it.` }
  const at = Date.parse(moment)
  if (at < now - MINUTE_MS) return { problem: `${written} has passed. What is announced begins later; a pause begins now.` }
  if (at > now + AHEAD_MAX_MS) return { problem: `${written} is more than a year ahead.` }
  return at
}
