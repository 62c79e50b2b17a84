import { describe, expect, test } from 'vitest'
import { diffReadings, type KnownReadings } from './diff-readings.ts'
import { connectionWitness } from './witness.ts'

const witness = connectionWitness('lake')
const look = (lookedAt: number) => ({ lookedAt, witness, rows: null })

const knownAt = (at: number | null): KnownReadings => ({ writtenAt: { at, precision: 'instant' } })
const kinds = (known: KnownReadings, at: number | null) =>
  diffReadings(known, [{ clock: 'writtenAt', at, precision: 'instant' }], look(1000)).map((arrival) => arrival.kind)

describe('what a look tells', () => {
  test('the first value is an arrival', () => {
    expect(kinds({}, 5)).toEqual(['arrival'])
  })

  test('a later value is an arrival, an earlier one a correction', () => {
    expect(kinds(knownAt(5), 6)).toEqual(['arrival'])
    expect(kinds(knownAt(5), 4)).toEqual(['correction'])
  })

  test('an instant of the day that was known before is an arrival, one of an earlier day a correction', () => {
    const [day, lastOfIt] = [Date.parse('2026-11-30T00:00Z'), Date.parse('2026-11-30T23:59:59.999Z')]
    const known: KnownReadings = { writtenAt: { at: lastOfIt, precision: 'day' } }
    expect(kinds(known, day + 5)).toEqual(['arrival'])
    expect(kinds(known, day - 5)).toEqual(['correction'])
    expect(kinds(knownAt(lastOfIt), day + 5)).toEqual(['correction'])
  })

  test('the same value tells nothing', () => {
    expect(kinds(knownAt(5), 5)).toEqual([])
  })

  test('a value that is gone is a correction, once; its return is an arrival', () => {
    expect(kinds(knownAt(5), null)).toEqual(['correction'])
    expect(kinds(knownAt(null), null)).toEqual([])
    expect(kinds(knownAt(null), 3)).toEqual(['arrival'])
  })

  test('looking at nothing for the first time tells that it is empty, once', () => {
    expect(kinds({}, null)).toEqual(['arrival'])
  })

  test('nothing where there was something without a time is a correction', () => {
    const emptied = { clock: 'writtenAt', at: null, precision: 'instant', isEmptied: true } as const
    expect(diffReadings({}, [emptied], look(1000)).map((arrival) => arrival.kind)).toEqual(['correction'])
  })

  test('a wall clock that steps back within the hour it repeats tells nothing', () => {
    const reading = (at: number, orAt?: number) => ({
      clock: 'writtenAt' as const,
      at,
      precision: 'instant' as const,
      ...(orAt && { orAt }),
    })
    const told = (before: number, now: Parameters<typeof reading>) =>
      diffReadings(knownAt(before), [reading(...now)], look(1000)).map((a) => a.kind)
    expect(told(50, [10, 70])).toEqual([])
    expect(told(50, [55, 115])).toEqual(['arrival'])
    expect(told(80, [10, 70])).toEqual(['correction'])
    expect(told(50, [10])).toEqual(['correction'])
  })

  test('each clock is compared with its own past, and rows travel along', () => {
    const arrivals = diffReadings(knownAt(5), [{ clock: 'loadedAt', at: 4, precision: 'instant' }], { ...look(1001), rows: 0 })
    const seen = { recordedAt: 1001, happenedAt: 1001, witness }
    expect(arrivals).toEqual([{ clock: 'loadedAt', at: 4, ...seen, kind: 'arrival', precision: 'instant', rows: 0 }])
  })
})
