import { expect, test } from 'vitest'
import { at } from '#lib/testing/history/domain-builders.ts'
import { type AnnouncedWork, readAnnouncedWork } from './announced-work.ts'
import { announcedWorkInWords } from './announced-work-in-words.ts'

const NOW = at('2026-11-29T12:00')
const ZONE = 'America/New_York'

const SUNDAYS = { when: 'recurring', days: 'week', interval: '1', sun: true, begins: '02:00', ends: '04:00' }

test.each([
  [{ when: 'now', for: '2h' }, 'From now on until Sun 29 Nov 09:00 EST, 2 h.'],
  [{ when: 'once', from: '2026-12-01 22:00', to: '2026-12-02 02:30' }, 'From Tue 1 Dec 22:00 EST until Wed 2 Dec 02:30 EST, 4 h 30 min.'],
  [SUNDAYS, 'Sundays 02:00–04:00 America/New_York, next: Sun 6 Dec 02:00 EST; Sun 13 Dec 02:00 EST; Sun 20 Dec 02:00 EST.'],
  [
    { ...SUNDAYS, first: '2027-03-01', last: '2027-03-15' },
    'Sundays 02:00–04:00 America/New_York, until Mon 15 Mar 2027, next: Sun 7 Mar 2027 02:00 EST; Sun 14 Mar 2027 03:00 EDT.',
  ],
])('%o means: %s', (fields, words) => {
  const work = readAnnouncedWork(fields, ZONE, NOW)
  if ('problems' in work) throw new Error(work.problems.join(' '))
  const known: AnnouncedWork = work
  expect(announcedWorkInWords(known, ZONE, NOW)).toBe(words)
})
