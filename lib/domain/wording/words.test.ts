import { describe, expect, test } from 'vitest'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { REASONS, STATUSES } from '#lib/domain/freshness/status.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, calendarDays } from '#lib/testing/history/domain-builders.ts'
import { reasonInWords, statusInWords } from './words.ts'

const WORK = { weekdays: [1, 2, 3, 4, 5], holidays: [] }

describe('words', () => {
  test('exist for every reason, each its own, as half a sentence', () => {
    const words = REASONS.map((reason) => reasonInWords(reason))
    expect(new Set(words).size).toBe(REASONS.length)
    for (const text of words) expect(text).toMatch(/^[a-z].*[^.]$/)
  })

  test('of old data are true of rows that were taken out, too, which nobody loaded', () => {
    expect(reasonInWords('old-data')).toBe('it holds older data than promised, whenever it was last loaded')
  })

  test('exist for every status and for none', () => {
    expect(STATUSES.map((status) => statusInWords(status))).toEqual(['Stale', 'Late', 'Unknown', 'Maintenance', 'Fresh'])
    expect(statusInWords(null)).toBe('Not judged')
  })

  test('say every kind of promise', () => {
    const promises = [aDeadline(), anAge(), calendarDays(), { kind: 'none' as const }].map((policy) => promiseInWords(policy))
    expect(promises).toEqual([
      'every day at 02:00 (UTC), 45 min of grace, counting what comes from 00:00 on',
      'never older than 1 d',
      'new every day by 08:00 (UTC)',
      'watched, nothing promised',
    ])
  })

  test.each([
    [aDeadline({ graceMs: 0 }), 'every day at 02:00 (UTC), counting what comes from 00:00 on'],
    [
      aDeadline({ graceMs: 90 * MINUTE_MS, zone: 'Europe/Berlin' }),
      'every day at 02:00 (Europe/Berlin), 1 h 30 min of grace, counting what comes from 00:00 on',
    ],
    [
      aDeadline({ cron: '0 6 * * 1', calendar: WORK, graceMs: 0 }),
      'every Monday at 06:00 (UTC), business days only, counting what comes from 00:00 the day before on',
    ],
    [aDeadline({ cron: '0 8-18 * * *', graceMs: 0 }), 'on the cron line 0 8-18 * * * (UTC), counting what comes from 30 min before on'],
    [anAge({ lateAfterMs: DAY_MS + HOUR_MS + MINUTE_MS }), 'never older than 1 d 1 h 1 min'],
    [anAge({ clock: 'dataThroughAt', lateAfterMs: 7 * DAY_MS }), 'never older than 7 d'],
    [calendarDays({ calendar: WORK }), 'new every business day by 08:00 (UTC)'],
    [calendarDays({ lateAfterDays: 3, by: '17:30' }), 'new every 3 days by 17:30 (UTC)'],
    [calendarDays({ lateAfterDays: 2, calendar: WORK }), 'new every 2 business days by 08:00 (UTC)'],
  ])('say the promise %#', (policy, words) => {
    expect(promiseInWords(policy)).toBe(words)
  })
})
