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

test('the newest row of a busy key is always what was seen last, and sixteen of them are kept in "each", all once it is nearly late', () => {
  const move = (byMs: number, afterMs: number) =>
    diffKeys([known('steam', NOON)], looked({ steam: NOON + byMs }), NOON + afterMs).map(({ at, recordedAt }) => [
      Number(at) - NOON,
      recordedAt - NOON,
    ])
  const [minute, hour] = [MINUTE_MS, HOUR_MS]
  expect(move(0, 20 * hour)).toEqual([])
  expect(move(hour, hour)).toEqual([[hour, 0]])
  expect(move(minute, hour)).toEqual([[minute, 0]])
  expect(move(minute, 2 * hour)).toEqual([[minute, 2 * hour]])
  expect(move(2 * hour, 2 * hour)).toEqual([[2 * hour, 2 * hour]])
  expect(move(minute, 15 * hour)).toEqual([[minute, 15 * hour]])
  const late = { ...known('steam', NOON), recordedAt: NOON + 15 * hour }
  expect(diffKeys([late], looked({ steam: NOON + minute }), late.recordedAt + minute)[0]?.recordedAt).toBe(late.recordedAt + minute)
  expect(diffKeys([late], looked({ steam: NOON + 14 * hour }), late.recordedAt + minute)[0]?.countsFrom).toBe(NOON + 14 * hour)
})

test('what moves on in place counts from when its reading did', () => {
  const own = { ...known('steam', NOON), countsFrom: NOON - MINUTE_MS }
  expect(diffKeys([own], looked({ steam: NOON + MINUTE_MS }), NOON + HOUR_MS)).toEqual([{ ...own, at: NOON + MINUTE_MS }])
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
