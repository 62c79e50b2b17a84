import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { anAge, around, facts, iso, loaded, settings } from '#lib/testing/history/domain-builders.ts'
import { agePolicy } from './policy-age.ts'

const daily = settings([anAge()])
const known = facts({ arrivals: [loaded('2026-03-05T06:00')] })

describe('an age', () => {
  test('is late when strictly older than its limit, to the millisecond', () => {
    expect(around(daily, known, '2026-03-06T06:00:00.001')).toEqual(['fresh/on-time', 'late/overdue', 'late/overdue'])
  })

  test('is stale when strictly older than its second limit, to the millisecond', () => {
    expect(around(daily, known, '2026-03-08T06:00:00.001')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('counts real time, whatever clocks do', () => {
    const halfDay = settings([anAge({ lateAfterMs: 12 * HOUR_MS, zone: 'America/New_York' })])
    const evening = facts({ arrivals: [loaded('2026-03-08T01:00')] })
    expect(around(halfDay, evening, '2026-03-08T13:00:00.001')).toEqual(['fresh/on-time', 'late/overdue', 'late/overdue'])
  })

  test('expects the next value when the limit is reached', () => {
    const { dueAt, lateAt, staleAt } = evaluate(daily, prepareFacts(known), Date.parse('2026-03-05T12:00Z'))
    expect([dueAt, lateAt, staleAt].map(iso)).toEqual(['2026-03-06T06:00:00.000Z', '2026-03-06T06:00:00.001Z', '2026-03-08T06:00:00.001Z'])
  })

  test('says nothing about what never was', () => {
    expect(agePolicy.judgeNothing(anAge(), 0)).toBeNull()
  })

  test('is promised in words', () => {
    expect(agePolicy.words(anAge({ lateAfterMs: 36 * HOUR_MS }))).toBe('never older than 1 d 12 h')
  })
})
