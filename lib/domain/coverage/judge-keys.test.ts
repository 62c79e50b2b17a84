import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { always, anAge, arrival, at, facts, inShort, iso, keyPromise, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { judgedKeys, keyHistories } from './judge-keys.ts'
import type { KeyReading } from './key-reading.ts'

const reading = (key: string, text: string | null, recordedAt = text ?? '2026-03-01T00:00', countsFrom = recordedAt): KeyReading => ({
  ...{ column: 'shop', key, at: text === null ? null : at(text), recordedAt: at(recordedAt), countsFrom: at(countsFrom) },
})
/** The table's newest row is always of the last hour. */
const arrivals = Array.from({ length: 24 * 12 }, (_, hour) => {
  return arrival('writtenAt', new Date(at('2026-03-01T00:00') + hour * 3_600_000).toISOString())
})
const named = settings([anAge()], { blindAfterMs: 40 * 86_400_000, expect: keyPromise({ of: ['steam', 'sony'] }) })
const seen = { ...named, expect: keyPromise({ withinMs: 4 * 86_400_000 }) }
const known = (keys: KeyReading[]) => facts({ arrivals, keys, probedAt: at('2026-03-12T00:00') })
const spansOf = (own: typeof named, keys: KeyReading[], to: string) =>
  inShort(timeline(always(own), known(keys), at('2026-03-01T00:00'), at(to)))

describe('a table whose newest row is fresh', () => {
  test('is late at "each" after the last row of a key, and stale at its later limit', () => {
    const steam = ['01', '02', '03', '04', '05'].map((day) => reading('steam', `2026-03-${day}T00:00`))
    expect(spansOf(named, [...steam, reading('sony', '2026-03-01T04:10')], '2026-03-05T00:00')).toEqual([
      '2026-03-01T00:00:00.000Z fresh/on-time',
      '2026-03-02T04:10:00.001Z late/key-overdue',
      '2026-03-04T04:10:00.001Z stale/key-overdue',
      '2026-03-05T00:00:00.000Z',
    ])
  })

  test('says which key it is, since when, and that the others are fine', () => {
    const facts2 = prepareFacts(known([reading('steam', '2026-03-02T03:00'), reading('sony', '2026-03-01T04:10')]))
    const verdict = evaluate(named, facts2, at('2026-03-02T05:00'))
    expect(verdict.explanation).toBe('Late: sony: nothing since Sun 1 Mar 04:10; steam fine.')
    expect([iso(verdict.lateAt), iso(verdict.nextChangeAt)]).toEqual(['2026-03-02T04:10:00.001Z', '2026-03-04T04:10:00.001Z'])
  })

  test('is fresh again from the row that comes', () => {
    const keys = [reading('sony', '2026-03-01T00:00'), reading('sony', '2026-03-02T06:00', '2026-03-02T07:00', '2026-03-02T06:00')]
    expect(spansOf(seen, keys, '2026-03-02T12:00')).toEqual([
      '2026-03-01T00:00:00.000Z fresh/on-time',
      '2026-03-02T00:00:00.001Z late/key-overdue',
      '2026-03-02T06:00:00.000Z fresh/on-time',
      '2026-03-02T12:00:00.000Z',
    ])
  })

  test('is stale where a key that is named was never there as far back as was looked', () => {
    expect(statusAt(named, known([reading('sony', null)]), '2026-03-01T00:00')).toBe('stale/key-overdue')
    const { explanation } = evaluate(named, prepareFacts(known([reading('sony', null)])), at('2026-03-01T00:00'))
    expect(explanation).toBe('Stale: sony: nothing in 30 d.')
  })

  test('expects what is seen until it was not for too long', () => {
    expect(spansOf(seen, [reading('sony', '2026-03-01T00:00')], '2026-03-06T00:00')).toEqual([
      '2026-03-01T00:00:00.000Z fresh/on-time',
      '2026-03-02T00:00:00.001Z late/key-overdue',
      '2026-03-04T00:00:00.001Z stale/key-overdue',
      '2026-03-05T00:00:00.000Z fresh/on-time',
      '2026-03-06T00:00:00.000Z',
    ])
  })

  test('judges no key that is not named, of another column, or where nothing is promised of keys', () => {
    const epic = reading('epic', '2026-03-01T00:00')
    expect(statusAt(named, known([epic]), '2026-03-03T12:00')).toBe('fresh/on-time')
    expect(statusAt(seen, known([{ ...epic, column: 'seller' }]), '2026-03-03T12:00')).toBe('fresh/on-time')
    expect(statusAt({ ...seen, expect: null }, known([epic]), '2026-03-03T12:00')).toBe('fresh/on-time')
    expect(statusAt({ ...seen, policies: [{ kind: 'none' }] }, known([epic]), '2026-03-03T12:00')).toBe('null/null')
  })
})

test('the worst of its promises wins, and says which', () => {
  const old = facts({ arrivals: arrivals.slice(0, 1), keys: [reading('sony', '2026-02-27T23:00')], probedAt: at('2026-03-12T00:00') })
  expect(statusAt(seen, old, '2026-03-01T12:00')).toBe('late/key-overdue')
  expect(statusAt(seen, old, '2026-03-02T12:00')).toBe('late/key-overdue')
  const strict = { ...seen, policies: [anAge({ lateAfterMs: 3_600_000, staleAfterMs: 7_200_000 })] }
  expect(statusAt(strict, old, '2026-03-01T03:00')).toBe('stale/overdue')
})

test('while nobody can look a fresh key is unknown, and a late one stays late', () => {
  const blind = { ...seen, blindAfterMs: 3_600_000 }
  const at6 = (from: string) => facts({ arrivals, keys: [reading('sony', from)], probedAt: at('2026-03-02T00:30') })
  expect(statusAt(blind, at6('2026-03-01T12:00'), '2026-03-02T13:00')).toBe('unknown/probe-failed')
  expect(statusAt(blind, at6('2026-03-01T00:00'), '2026-03-02T13:00')).toBe('late/key-overdue')
})

test('of what counts at an instant that holds which was seen last, in whatever order it is given', () => {
  const some = [
    reading('sony', '2026-03-01T00:00', '2026-03-01T00:00'),
    reading('sony', '2026-03-01T09:00', '2026-03-01T10:00', '2026-03-01T09:00'),
    reading('sony', '2026-03-01T05:00', '2026-03-01T11:00'),
    reading('epic', '2026-03-01T08:00', '2026-03-01T08:00'),
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray(some, { minLength: 4 }), (shuffled) => {
      const newest = (text: string) =>
        judgedKeys(seen, { keys: keyHistories(shuffled) }, at(text)).map((one) => `${one.key} ${iso(one.newestAt)?.slice(11, 16)}`)
      expect(newest('2026-03-01T08:30')).toEqual(['epic 08:00', 'sony 00:00'])
      expect(newest('2026-03-01T10:30')).toEqual(['epic 08:00', 'sony 09:00'])
      expect(newest('2026-03-01T12:00')).toEqual(['epic 08:00', 'sony 05:00'])
    }),
  )
})

describe('whatever is seen of keys', () => {
  const someReadings = fc.array(
    fc.record({ key: fc.constantFrom('steam', 'sony', 'epic'), hour: fc.integer({ min: 0, max: 90 }), ago: fc.constantFrom(0, 1, 9, 30) }),
    { maxLength: 12 },
  )
  const START = at('2026-03-01T00:00')
  const toReadings = (given: readonly { key: string; hour: number; ago: number }[]): KeyReading[] =>
    given.map(({ key, hour, ago }) => {
      const recordedAt = START + hour * 3_600_000
      return { column: 'shop', key, at: recordedAt - ago * 3_600_000, recordedAt, countsFrom: recordedAt }
    })

  test('the order of the facts changes nothing', () => {
    fc.assert(
      fc.property(someReadings, (given) => {
        const unlike = [...new Map(given.map((one) => [`${one.key} ${one.hour}`, one])).values()]
        const spans = (some: KeyReading[]) => timeline(always(seen), known(some), START, at('2026-03-06T00:00'))
        expect(spans(toReadings(unlike))).toEqual(spans(toReadings(unlike).reverse()))
      }),
    )
  })

  test('a key more never makes anything better', () => {
    fc.assert(
      fc.property(someReadings, (given) => {
        const worst = (some: KeyReading[]) => statusAt(seen, known(some), '2026-03-05T00:00').split('/')[0]
        const order = ['fresh', 'late', 'stale']
        const more = [...toReadings(given), reading('silent', '2026-03-02T12:00')]
        expect(order.indexOf(worst(more) ?? '')).toBeGreaterThanOrEqual(Math.max(1, order.indexOf(worst(toReadings(given)) ?? '')))
      }),
    )
  })

  test('at most one word is said of each key, and only of those that are expected', () => {
    fc.assert(
      fc.property(someReadings, (given) => {
        const judged = judgedKeys(named, { keys: keyHistories(toReadings(given)) }, at('2026-03-05T00:00')).map(({ key }) => key)
        expect(new Set(judged).size).toBe(judged.length)
        expect(judged).not.toContain('epic')
        expect(judged.toSorted()).toEqual(judged)
      }),
    )
  })
})
