import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { diffKeys, type KeyReading, type SeenKeys } from './key-reading.ts'

const NOON = Date.parse('2026-03-01T12:00Z')
const looked = (found: Record<string, number>, own: Partial<SeenKeys> = {}): SeenKeys => ({
  ...{ column: 'shop', eachMs: DAY_MS, isWritten: true, expected: null },
  found: Object.entries(found).map(([key, at]) => ({ key, at })),
  ...own,
})
const known = (key: string, at: number | null, recordedAt = NOON): KeyReading => ({
  ...{ column: 'shop', key, at, recordedAt, countsFrom: recordedAt },
})

test('a key that nobody knew counts from the look, one that moved on from its row, as rows do that are written', () => {
  expect(diffKeys([], looked({ steam: NOON - HOUR_MS }), NOON)).toEqual([known('steam', NOON - HOUR_MS)])
  const later = NOON + 10 * HOUR_MS
  expect(diffKeys([known('steam', NOON)], looked({ steam: NOON + 5 * HOUR_MS }), later)).toEqual([
    { ...known('steam', NOON + 5 * HOUR_MS, later), countsFrom: NOON + 5 * HOUR_MS },
  ])
  expect(diffKeys([known('steam', NOON)], looked({ steam: NOON + 5 * HOUR_MS }, { isWritten: false }), later)[0]?.countsFrom).toBe(later)
})

test('a busy key is kept sixteen times in "each", and whole once it is nearly late', () => {
  const move = (byMs: number, afterMs: number) => diffKeys([known('steam', NOON)], looked({ steam: NOON + byMs }), NOON + afterMs).length
  expect([move(0, 20 * HOUR_MS), move(HOUR_MS, HOUR_MS), move(2 * HOUR_MS, 2 * HOUR_MS)]).toEqual([0, 0, 1])
  expect([move(MINUTE_MS, 14 * HOUR_MS), move(MINUTE_MS, 15 * HOUR_MS)]).toEqual([0, 1])
})

test('what goes back counts from when it was noticed', () => {
  const [back] = diffKeys([known('steam', NOON)], looked({ steam: NOON - HOUR_MS }), NOON + MINUTE_MS)
  expect(back).toEqual(known('steam', NOON - HOUR_MS, NOON + MINUTE_MS))
})

test('what is expected and never there is noted once, and what is there no more stays as it is known', () => {
  const expected = ['steam', 'sony']
  expect(diffKeys([], looked({ steam: NOON }, { expected }), NOON)).toEqual([known('steam', NOON), known('sony', null)])
  expect(diffKeys([known('steam', NOON), known('sony', null)], looked({}, { expected }), NOON + HOUR_MS)).toEqual([])
})

test('another column is another promise', () => {
  expect(diffKeys([{ ...known('steam', NOON), column: 'seller' }], looked({ steam: NOON }), NOON)).toHaveLength(1)
})
