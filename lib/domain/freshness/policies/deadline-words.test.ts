import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, aWriter } from '#lib/testing/history/domain-builders.ts'
import { countingInWords } from './deadline-words.ts'

describe('the promise says from when on something counts', () => {
  test.each([
    [aDeadline({ writer: aWriter('0 2 * * *') }), 'what comes from then on'],
    [aDeadline({ cron: '0 8 * * *', writer: aWriter('0 1 * * *') }), 'what comes from 01:00 on'],
    [aDeadline(), 'what comes from 00:00 on'],
    [aDeadline({ opensBeforeMs: 90 * MINUTE_MS }), 'what comes from 1 h 30 min before on'],
    [aDeadline({ cron: '40 * * * *' }), 'what comes from 15 min before on'],
    [aDeadline({ cron: '0 6 * * 1-5' }), 'what comes from 00:00 on, after a longer gap from 00:00 the day before on'],
    [aDeadline({ cron: '0 6 * * 1', writer: aWriter('0 22 * * 0') }), 'what comes from 22:00 the day before on'],
    [aDeadline({ cron: '0 6 * * 1', writer: aWriter('0 22 * * 5') }), 'what comes from 22:00 3 days before on'],
    [aDeadline({ clock: 'dataThroughAt' }), 'data of the day before or newer'],
  ])('%#', (policy, words) => {
    expect(countingInWords(policy)).toBe(words)
  })
})
