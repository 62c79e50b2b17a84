import { describe, expect, test } from 'vitest'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { clockWords } from './clock-words.ts'
import { connectionWitness, pushWitness, type Witness } from './witness.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const [lake, dbt, pushed] = [connectionWitness('lake'), connectionWitness('dbt'), pushWitness('airflow')]

function says(witness: Witness, hoursAgo: number | null, more: Partial<Arrival> = {}): Arrival {
  const at = hoursAgo === null ? null : NOW - hoursAgo * HOUR_MS
  const seenAt = at === null ? NOW - HOUR_MS : Math.min(at, NOW)
  return {
    clock: 'writtenAt',
    at,
    recordedAt: seenAt,
    witness,
    happenedAt: seenAt,
    kind: 'arrival',
    precision: 'instant',
    rows: null,
    ...more,
  }
}

const words = (arrivals: Arrival[], areLooksBlind = false) =>
  clockWords(arrivals, { zone: 'UTC', now: NOW, areLooksBlind }).map(({ witness, stand, differs }) => [witness, stand, differs])

describe('what the witnesses of a clock say side by side', () => {
  test('one alone counts, and nothing is said of a clock that nobody knows', () => {
    expect(clockWords([says(lake, 2)], { zone: 'UTC', now: NOW, areLooksBlind: false })).toEqual([
      { clock: 'writtenAt', witness: lake, at: NOW - 2 * HOUR_MS, isDay: false, counts: true, differs: false, stand: 'counts' },
    ])
    expect(words([])).toEqual([])
  })

  test('of equals the latest counts, and the other says how far it is off', () => {
    expect(words([says(lake, 6), says(dbt, 5 + 17 / 60)])).toEqual([
      [dbt, 'counts', false],
      [lake, '43 min earlier', true],
    ])
  })

  test('strong evidence counts before weak evidence that is later', () => {
    expect(words([says(lake, 1, { weakBy: 'counters' }), says(dbt, 3)])).toEqual([
      [dbt, 'counts', false],
      [lake, '2 h later, by weaker evidence', true],
    ])
  })

  test('those within a minute of each other agree', () => {
    const near = { happenedAt: NOW - 3 * HOUR_MS - MINUTE_MS / 2, at: NOW - 3 * HOUR_MS - MINUTE_MS / 2 }
    expect(words([says(lake, 3), says(dbt, 3, near)])).toEqual([
      [lake, 'counts', false],
      [dbt, 'says the same', false],
    ])
    expect(words([says(lake, 3), says(dbt, 3, { ...near, weakBy: 'etag' })])[1]).toEqual([dbt, 'says the same, by weaker evidence', false])
  })

  test('what a look found gone takes back what was told before', () => {
    const gone = says(lake, null, { kind: 'correction' })
    expect(words([says(lake, 4), gone, says(pushed, 3)])).toEqual([
      [lake, 'counts', false],
      [pushed, 'taken back: a later look found less', true],
    ])
  })

  test('what lies in the future counts for nothing and is no value', () => {
    const later = says(dbt, -2, { recordedAt: NOW - MINUTE_MS, happenedAt: NOW - MINUTE_MS })
    expect(words([says(lake, 4), later])).toEqual([
      [lake, 'counts', false],
      [dbt, 'lies in the future, so it cannot be trusted', true],
    ])
  })

  test('each clock is weighed by itself, a day told as a day', () => {
    const told = clockWords([says(lake, 2, { clock: 'dataThroughAt', precision: 'day' }), says('ledger', 1, { clock: 'loadedAt' })], {
      zone: 'UTC',
      now: NOW,
      areLooksBlind: false,
    })
    expect(told.map(({ clock, isDay, counts }) => [clock, isDay, counts])).toEqual([
      ['dataThroughAt', true, true],
      ['loadedAt', false, true],
    ])
  })
})
