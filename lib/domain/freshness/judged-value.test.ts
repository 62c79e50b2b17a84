import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  aDeadline,
  anAge,
  around,
  arrival,
  at,
  correction,
  facts,
  iso,
  loaded,
  run,
  settings,
  statusAt,
} from '#lib/testing/history/domain-builders.ts'
import type { AssetFacts } from './facts.ts'
import { judgedClocks, judgedValue, judgesAClock } from './judged-value.ts'
import { prepareFacts } from './prepare-facts.ts'

const probed = settings([anAge()], { blindAfterMs: 10_000 * MINUTE_MS })
const judged = (known: AssetFacts, now = '2026-03-20T00:00', own = probed) => judgedValue(own, prepareFacts(known), anAge(), at(now))

describe('which clock is judged when the policy names none', () => {
  const written = arrival('writtenAt', '2026-03-05T02:00')
  const through = arrival('dataThroughAt', '2026-03-04T00:00', { recordedAt: at('2026-03-05T02:00') })

  test('loads, if something reports loads', () => {
    expect(judged(facts({ arrivals: [loaded('2026-03-01T02:00'), written, through] })).clock).toBe('loadedAt')
  })

  test('else writes, else the newest event in the data', () => {
    expect(judged(facts({ arrivals: [written, through] })).clock).toBe('writtenAt')
    expect(judged(facts({ arrivals: [through] })).clock).toBe('dataThroughAt')
  })

  test('a clock that never showed anything is not preferred to one that did', () => {
    const emptyWrites = arrival('writtenAt', null, { recordedAt: at('2026-03-05T02:00') })
    expect(judged(facts({ arrivals: [emptyWrites, through] })).clock).toBe('dataThroughAt')
  })

  test('loads, once a run has ended: a first partial run that wrote rows is no load', () => {
    expect(judged(facts({ arrivals: [written], runs: [run('partial', '2026-03-05T02:00')] })).clock).toBe('loadedAt')
    expect(judged(facts({ arrivals: [written], runs: [run('partial', '2026-03-05T02:00')] }), '2026-03-05T01:59').clock).not.toBe(
      'loadedAt',
    )
  })

  test('loads, for what is known from the ledger', () => {
    expect(judged(facts({ arrivals: [written] }), '2026-03-20T00:00', settings([anAge()])).clock).toBe('loadedAt')
  })
})

describe('a load that a correction of the writes takes back', () => {
  const nightly = settings([aDeadline()])
  const restored = facts({ arrivals: [loaded('2026-03-05T02:10'), correction('writtenAt', '2026-02-01T02:00', '2026-03-05T12:00')] })
  const before = arrival('writtenAt', '2026-03-05T02:09')

  test('a table restored from an old backup turns late although its last load succeeded', () => {
    const known = { ...restored, arrivals: [before, ...restored.arrivals] }
    expect(around(nightly, known, '2026-03-05T12:00')).toEqual(['fresh/on-time', 'stale/old-data', 'stale/old-data'])
  })

  test('a write after the restore does not bring the load back, the next load does', () => {
    const touched = { ...restored, arrivals: [before, ...restored.arrivals, arrival('writtenAt', '2026-03-05T13:00')] }
    expect(statusAt(nightly, touched, '2026-03-05T14:00')).toBe('stale/old-data')
    const reloaded = { ...touched, arrivals: [...touched.arrivals, loaded('2026-03-05T15:00')] }
    expect(statusAt(nightly, reloaded, '2026-03-05T15:00')).toBe('fresh/on-time')
  })

  test('an emptied table is empty at once', () => {
    const emptied = facts({ arrivals: [before, loaded('2026-03-05T02:10'), correction('writtenAt', null, '2026-03-05T12:00')] })
    expect(around(nightly, emptied, '2026-03-05T12:00')).toEqual(['fresh/on-time', 'stale/empty', 'stale/empty'])
  })

  test('a correction to a time after the load takes nothing back', () => {
    const tidied = [arrival('writtenAt', '2026-03-05T09:00'), correction('writtenAt', '2026-03-05T04:00', '2026-03-05T12:00')]
    const known = facts({ arrivals: [loaded('2026-03-05T02:10'), ...tidied] })
    expect(iso(judged(known).at)).toBe('2026-03-05T02:10:00.000Z')
    expect(statusAt(nightly, known, '2026-03-05T12:00')).toBe('fresh/on-time')
  })

  test('a correction recorded before the load takes nothing back', () => {
    const known = facts({
      arrivals: [arrival('writtenAt', '2026-03-04T02:00'), correction('writtenAt', null, '2026-03-05T02:00'), loaded('2026-03-05T02:10')],
    })
    expect(statusAt(nightly, known, '2026-03-05T12:00')).toBe('fresh/on-time')
  })
})

test('a policy that only watches judges no clock', () => {
  expect([judgesAClock({ kind: 'none' }), judgesAClock(anAge())]).toEqual([false, true])
})

describe('the clocks that an asset is judged by', () => {
  const known = facts({ arrivals: [arrival('writtenAt', '2026-03-05T02:00'), arrival('dataThroughAt', '2026-03-04T00:00')] })
  const clocksOf = (own = probed) => judgedClocks(own, prepareFacts(known), at('2026-03-20T00:00'))

  test('are those its policies name, and for one that names none the clock in use, each once', () => {
    expect(clocksOf(settings([anAge(), anAge({ clock: 'writtenAt' })], { blindAfterMs: 10_000 * MINUTE_MS }))).toEqual(['writtenAt'])
    expect(clocksOf(settings([anAge(), anAge({ clock: 'dataThroughAt' })], { blindAfterMs: 10_000 * MINUTE_MS }))).toEqual([
      'writtenAt',
      'dataThroughAt',
    ])
  })

  test('are none where nothing is promised, and loads for what is known from the ledger', () => {
    expect(clocksOf(settings([{ kind: 'none' }]))).toEqual([])
    expect(clocksOf(settings([anAge()]))).toEqual(['loadedAt'])
  })
})
