import { describe, expect, test } from 'vitest'
import { arrival, at, correction, iso, loaded } from '#lib/testing/history/domain-builders.ts'
import { clockHistory, effectiveAt, isFutureData, stateAt } from './clock-history.ts'
import type { Arrival } from './facts.ts'

const valueAt = (arrivals: Arrival[], now: string) => iso(stateAt(clockHistory(arrivals, 'UTC'), at(now))?.value?.at ?? null)

describe('from when a fact counts', () => {
  const learntLate = { recordedAt: at('2026-03-05T09:00') }

  test('a load or a write counts from when it happened, with hindsight', () => {
    expect(iso(effectiveAt(arrival('loadedAt', '2026-03-05T02:00', learntLate)))).toBe('2026-03-05T02:00:00.000Z')
    expect(iso(effectiveAt(arrival('writtenAt', '2026-03-05T02:00', learntLate)))).toBe('2026-03-05T02:00:00.000Z')
  })

  test('the newest event in the data counts from when we saw it', () => {
    expect(iso(effectiveAt(arrival('dataThroughAt', '2026-03-05T02:00', learntLate)))).toBe('2026-03-05T09:00:00.000Z')
  })

  test('a correction counts from when we noticed', () => {
    expect(iso(effectiveAt(correction('loadedAt', '2026-03-01T02:00', '2026-03-05T09:00')))).toBe('2026-03-05T09:00:00.000Z')
    expect(iso(effectiveAt(correction('writtenAt', null, '2026-03-05T09:00')))).toBe('2026-03-05T09:00:00.000Z')
  })

  test('what was told of the data counts from when it happened', () => {
    const told = { witness: 'ledger', happenedAt: at('2026-03-05T07:00'), ...learntLate } as const
    expect(iso(effectiveAt(arrival('dataThroughAt', '2026-03-05T02:00', told)))).toBe('2026-03-05T07:00:00.000Z')
  })

  test('nothing counts before it was recorded because its clock ran ahead', () => {
    expect(iso(effectiveAt(arrival('loadedAt', '2026-03-05T09:00:30', learntLate)))).toBe('2026-03-05T09:00:00.000Z')
  })
})

describe('the judged value', () => {
  test('is the latest known one, never the greatest', () => {
    const restored = [arrival('writtenAt', '2026-03-05T02:00'), correction('writtenAt', '2026-02-01T02:00', '2026-03-06T12:00')]
    expect(valueAt(restored, '2026-03-06T11:59')).toBe('2026-03-05T02:00:00.000Z')
    expect(valueAt(restored, '2026-03-06T12:00')).toBe('2026-02-01T02:00:00.000Z')
  })

  test('does not depend on the order of the facts', () => {
    const list = [loaded('2026-03-05T02:00'), loaded('2026-03-06T02:00'), loaded('2026-03-07T02:00')]
    expect(valueAt(list.toReversed(), '2026-03-06T12:00')).toBe('2026-03-06T02:00:00.000Z')
  })

  test('of two facts recorded together is the later in the list', () => {
    const together = { recordedAt: at('2026-03-07T02:00') }
    const list = [arrival('loadedAt', '2026-03-06T02:00', together), arrival('loadedAt', '2026-03-05T02:00', together)]
    expect(valueAt(list, '2026-03-08T00:00')).toBe('2026-03-05T02:00:00.000Z')
  })

  test('of what is told is the latest that happened, whenever we learnt it', () => {
    const list = [loaded('2026-03-06T02:00'), loaded('2026-03-05T02:00', { recordedAt: at('2026-03-07T02:00') })]
    expect(valueAt(list, '2026-03-08T00:00')).toBe('2026-03-06T02:00:00.000Z')
  })

  test('is nothing before the first fact counts', () => {
    expect(stateAt(clockHistory([loaded('2026-03-05T02:00')], 'UTC'), at('2026-03-05T01:59:59.999'))).toBeNull()
  })
})

describe('data from the future', () => {
  const recordedAt = at('2026-03-05T02:00')

  test.each([
    ['2026-03-05T02:01:00.000', false],
    ['2026-03-05T02:01:00.001', true],
    ['2099-01-01T00:00', true],
  ])('recorded at 02:00, %s is from the future: %s', (value, future) => {
    expect(isFutureData(arrival('writtenAt', value, { recordedAt }), 'UTC')).toBe(future)
  })

  test('the end of today is not the future for a clock that knows dates alone; the end of tomorrow is', () => {
    const dated = (value: string) => arrival('dataThroughAt', value, { recordedAt, precision: 'day' })
    expect(isFutureData(dated('2026-03-05T23:59:59.999'), 'UTC')).toBe(false)
    expect(isFutureData(dated('2026-03-06T23:59:59.999'), 'UTC')).toBe(true)
    expect(isFutureData(dated('2026-03-05T04:59:59.999'), 'America/New_York')).toBe(false)
  })

  test('is remembered as the latest but not judged', () => {
    const polluted = [
      arrival('writtenAt', '2026-03-05T02:00'),
      arrival('writtenAt', '2099-01-01T00:00', { recordedAt: at('2026-03-06T02:00') }),
    ]
    const state = stateAt(clockHistory(polluted, 'UTC'), at('2026-03-06T02:00'))
    expect([iso(state?.value?.at ?? null), state?.latestIsFuture]).toEqual(['2026-03-05T02:00:00.000Z', true])
  })

  test('is forgotten once the clock is sane again', () => {
    const cleaned = [
      arrival('writtenAt', '2099-01-01T00:00', { recordedAt: at('2026-03-06T02:00') }),
      correction('writtenAt', '2026-03-06T02:00', '2026-03-07T00:00'),
    ]
    const state = stateAt(clockHistory(cleaned, 'UTC'), at('2026-03-07T00:00'))
    expect(state).toMatchObject({ latestIsFuture: false, takenBackBy: null, value: { takenBack: false } })
  })
})

describe('corrections', () => {
  test('backwards take data back, and that is remembered', () => {
    const list = [
      arrival('writtenAt', '2026-03-05T02:00'),
      correction('writtenAt', '2026-02-01T00:00', '2026-03-06T00:00'),
      arrival('writtenAt', '2026-03-07T02:00'),
    ]
    const state = stateAt(clockHistory(list, 'UTC'), at('2026-03-08T00:00'))
    expect(state?.value?.takenBack).toBe(false)
    expect(iso(state?.takenBackBy?.at ?? null)).toBe('2026-02-01T00:00:00.000Z')
  })

  test('to nothing say that there was something', () => {
    const state = stateAt(clockHistory([correction('writtenAt', null, '2026-03-06T00:00')], 'UTC'), at('2026-03-06T00:00'))
    expect(state).toMatchObject({ hadValue: true, value: { at: null } })
  })
})
