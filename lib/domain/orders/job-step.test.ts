import { expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type JobSigns, nextTryAt, whyGivenUp } from './job-step.ts'

const NOW = Date.parse('2026-11-30T06:00:00Z')
const why = (signs: Partial<JobSigns>) =>
  whyGivenUp({ name: 'dbt/7', begunAt: NOW - HOUR_MS, hasRun: false, failingSince: null, triedAt: null, problem: null, ...signs }, NOW)
const failing = (minutes: number) => ({ failingSince: NOW - minutes * MINUTE_MS, problem: 'dbt (dbt) cannot be reached.' })

it('a job that cannot be started is tried for half an hour, and then given up with the last words of its system', () => {
  expect(why(failing(29))).toBeNull()
  expect(why(failing(30))).toBe('dbt/7 could not be started for 30 min. dbt (dbt) cannot be reached.')
})

it('of one whose start was asked for, and of which nobody learnt, it is said that it may have begun', () => {
  const triedAt = NOW - HOUR_MS
  expect(why({ ...failing(30), triedAt })).toBe(
    'dbt/7 could not be started for 30 min. It may have begun there all the same. dbt (dbt) cannot be reached.',
  )
  expect(why({ begunAt: NOW - 24 * HOUR_MS, triedAt })).toBe('dbt/7 was not started within 1 d. It may have begun there all the same.')
  expect(why({ hasRun: true, ...failing(60), triedAt })).not.toContain('all the same')
})

it('a run that nobody can be asked for is waited for an hour, and may go on', () => {
  expect(why({ hasRun: true, ...failing(59) })).toBeNull()
  expect(why({ hasRun: true, ...failing(60) })).toBe(
    'Nobody could be asked for 1 h how the run of dbt/7 goes; it may go on there. dbt (dbt) cannot be reached.',
  )
})

it('nothing is waited for longer than a day, and before that for as long as it answers', () => {
  for (const hasRun of [true, false]) expect(why({ hasRun, begunAt: NOW - 24 * HOUR_MS + 1 })).toBeNull()
  expect(why({ hasRun: true, begunAt: NOW - 24 * HOUR_MS })).toBe(
    'The run of dbt/7 has not ended within 1 d; it may go on there, and is not waited for any longer.',
  )
  expect(why({ begunAt: NOW - 24 * HOUR_MS })).toBe('dbt/7 was not started within 1 d.')
})

it('the next try waits as long as the system asks for, a quarter of a minute at least and half an hour at most', () => {
  expect([undefined, 1000, 60_000, 86_400_000].map((after) => nextTryAt(NOW, after) - NOW)).toEqual([15_000, 15_000, 60_000, 1_800_000])
})
