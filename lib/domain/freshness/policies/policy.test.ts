import { describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { policyInputSchema } from './policy.ts'

const problems = (input: unknown) => policyInputSchema.safeParse(input).error?.issues.map((issue) => issue.message) ?? []

describe('a policy as written', () => {
  test('takes durations, and counts days as one and a hundred unless told otherwise', () => {
    expect(policyInputSchema.parse({ kind: 'calendar-days' })).toEqual({ kind: 'calendar-days', lateAfterDays: 1, staleAfterDays: 100 })
    expect(policyInputSchema.parse({ kind: 'deadline', cron: '0 1 * * *', grace: '45m', staleAfter: '1d' })).toMatchObject({
      grace: 45 * MINUTE_MS,
      staleAfter: DAY_MS,
    })
    expect(policyInputSchema.parse({ kind: 'deadline', cron: '0 1 * * *' })).toMatchObject({ grace: 0 })
    expect(policyInputSchema.parse({ kind: 'none' })).toEqual({ kind: 'none' })
  })

  test('must warn before it fails', () => {
    expect(problems({ kind: 'age', lateAfter: '2d', staleAfter: '2d' })).toEqual([
      'staleAfter must be longer than lateAfter: warn before you fail',
    ])
    expect(problems({ kind: 'deadline', cron: '0 1 * * *', grace: '2h', staleAfter: '1h' })[0]).toContain('warn before you fail')
    expect(problems({ kind: 'calendar-days', lateAfterDays: 5, staleAfterDays: 5 })[0]).toContain('warn before you fail')
  })

  test.each([
    [{ kind: 'age', lateAfter: '0m', staleAfter: '1d' }, 'longer than nothing'],
    [{ kind: 'age', lateAfter: 'soon', staleAfter: '1d' }, 'not a duration'],
    [{ kind: 'deadline', cron: '0 0 31 2 *' }, 'never comes'],
    [{ kind: 'deadline', cron: '0 1 * * *', zone: 'Boston' }, 'not an IANA time zone'],
    [{ kind: 'calendar-days', by: '8am' }, 'not a time of day'],
  ])('%j is refused: %s', (input, message) => {
    expect(problems(input).join()).toContain(message)
  })

  test('takes no word that it does not know', () => {
    expect(policyInputSchema.safeParse({ kind: 'none', clock: 'loadedAt' }).success).toBe(false)
    expect(policyInputSchema.safeParse({ kind: 'sometimes' }).success).toBe(false)
  })
})
