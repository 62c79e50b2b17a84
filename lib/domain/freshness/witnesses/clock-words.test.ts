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

const SIGHT = { zone: 'UTC', now: NOW, areLooksBlind: false, broughtAt: () => null }
const words = (arrivals: Arrival[], areLooksBlind = false) =>
  clockWords(arrivals, { ...SIGHT, areLooksBlind }).map(({ witness, stand, differs }) => [witness, stand, differs])

describe('what the witnesses of a clock say side by side', () => {
  test('one alone counts, and nothing is said of a clock that nobody knows', () => {
    expect(clockWords([says(lake, 2)], SIGHT)).toEqual([
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
    const told = clockWords([says(lake, 2, { clock: 'dataThroughAt', precision: 'day' }), says('ledger', 1, { clock: 'loadedAt' })], SIGHT)
    expect(told.map(({ clock, isDay, counts }) => [clock, isDay, counts])).toEqual([
      ['dataThroughAt', true, true],
      ['loadedAt', false, true],
    ])
  })

  describe('are no dispute', () => {
    const loads = (hoursAgo: number, rows: number) => says('ledger', hoursAgo, { clock: 'loadedAt', rows })
    const found = (hoursAgo: number, more: Partial<Arrival> = {}) => says(lake, hoursAgo, { clock: 'loadedAt', ...more })
    const standing = (arrivals: Arrival[], broughtHoursAgo: number | null = null) => {
      const broughtAt = () => (broughtHoursAgo === null ? null : NOW - broughtHoursAgo * HOUR_MS)
      return clockWords(arrivals, { ...SIGHT, broughtAt }).map(({ witness, stand, differs }) => [witness, stand, differs])
    }

    test('where a load held nothing new, and a look finds what the one before had brought', () => {
      const idle = [loads(2, 0), found(26)]
      const counting = ['ledger', 'counts', false]
      expect(standing(idle)).toEqual([counting, [lake, '1 d earlier: what was loaded since held nothing new', false]])
      expect(standing(idle, 26)).toEqual([counting, [lake, '1 d earlier: what was loaded since held nothing new', false]])
      expect(standing(idle, 14)).toEqual([counting, [lake, '1 d earlier', true]])
      expect(standing([loads(2, 5), found(26)])).toEqual([counting, [lake, '1 d earlier', true]])
    })

    test('nor where that look counts, as the later word', () => {
      const looked = { recordedAt: NOW - HOUR_MS, happenedAt: NOW - HOUR_MS }
      expect(standing([loads(2, 0), found(26, looked)])).toEqual([
        [lake, 'counts', false],
        ['ledger', '1 d later: what was loaded since held nothing new', false],
      ])
    })

    test('where a job last told of a write before a later load, of which a look tells', () => {
      const written = [says('ledger', 50), says(lake, 2)]
      expect(standing([...written, loads(2, 9)])[1]).toEqual(['ledger', '2 d earlier: it has loaded since', false])
      expect(standing([...written, loads(30, 9)])[1]).toEqual(['ledger', '2 d earlier', true])
      expect(standing(written)[1]).toEqual(['ledger', '2 d earlier', true])
    })
  })
})
