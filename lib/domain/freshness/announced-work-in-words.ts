import type { Instant } from '#lib/domain/time/instant.ts'
import { nextStretch } from '#lib/domain/time/recurrence.ts'
import { recurrenceInWords } from '#lib/domain/time/recurrence-in-words.ts'
import { longTime, zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { AnnouncedWork } from './announced-work.ts'

const NEXT_TOLD = 3

/** What announced work means, before it is announced: `Sundays 02:00–04:00 America/New_York, next: Sun 6 Dec 02:00 EST, …`. */
export function announcedWorkInWords(work: AnnouncedWork, zone: string, now: Instant): string {
  const when = (at: Instant) => `${longTime(at, zone, now)} ${zoneAbbreviation(at, zone)}`
  if (work.kind === 'once') {
    const from = work.from <= now ? 'From now on' : `From ${when(work.from)}`
    return `${from} until ${when(work.to)}, ${formatDuration(work.to - work.from)}.`
  }
  const next: Instant[] = []
  for (let after = now; next.length < NEXT_TOLD; ) {
    const stretch = nextStretch(work.recurrence, after)
    if (stretch === null) break
    next.push(stretch.from)
    after = stretch.from
  }
  return `${recurrenceInWords(work.recurrence, 'with zone')}, next: ${next.map(when).join('; ')}.`
}
