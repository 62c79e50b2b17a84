import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, always, anAge, at, calendarDays, facts, inShort, loaded, run, settings } from '#lib/testing/history/domain-builders.ts'
import { prepareFacts } from './prepare-facts.ts'
import { timeline } from './timeline.ts'

const nightly = settings([aDeadline()])

describe('a timeline', () => {
  test('tells a missed night with its real instants', () => {
    const known = facts({
      arrivals: [loaded('2026-03-05T02:10'), loaded('2026-03-07T02:05')],
      runs: [run('failed', '2026-03-06T02:20'), run('completed', '2026-03-07T02:05')],
    })
    expect(inShort(timeline(always(nightly), known, at('2026-03-05T12:00'), at('2026-03-07T12:00')))).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-06T02:00:00.000Z fresh/due',
      '2026-03-06T02:45:00.000Z late/run-failed',
      '2026-03-07T02:00:00.000Z stale/run-failed',
      '2026-03-07T02:05:00.000Z fresh/on-time',
      '2026-03-07T12:00:00.000Z',
    ])
  })

  test('learns with hindsight: a load that we heard of hours later was never late', () => {
    const heardOf = loaded('2026-03-06T02:05', { recordedAt: at('2026-03-06T09:00') })
    const spans = timeline(
      always(nightly),
      facts({ arrivals: [loaded('2026-03-05T02:10'), heardOf] }),
      at('2026-03-05T12:00'),
      at('2026-03-06T12:00'),
    )
    expect(inShort(spans)).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-06T02:00:00.000Z fresh/due',
      '2026-03-06T02:05:00.000Z fresh/on-time',
      '2026-03-06T12:00:00.000Z',
    ])
  })

  test('begins when the asset does', () => {
    const known = facts({
      createdAt: at('2026-03-05T10:00'),
      arrivals: [loaded('2026-03-05T02:10', { recordedAt: at('2026-03-05T10:00') })],
    })
    expect(inShort(timeline(always(nightly), known, at('2026-03-01T00:00'), at('2026-03-05T12:00')))).toEqual([
      '2026-03-05T10:00:00.000Z fresh/on-time',
      '2026-03-05T12:00:00.000Z',
    ])
    expect(timeline(always(nightly), known, at('2026-03-01T00:00'), at('2026-03-05T10:00'))).toEqual([])
  })

  test('takes facts as they are or prepared', () => {
    const known = facts({ arrivals: [loaded('2026-03-05T02:10')] })
    const stretch = [at('2026-03-05T12:00'), at('2026-03-09T12:00')] as const
    expect(timeline(always(nightly), prepareFacts(known), ...stretch)).toEqual(timeline(always(nightly), known, ...stretch))
  })
})

describe('versions of the settings', () => {
  const known = facts({ arrivals: [loaded('2026-03-05T02:10')] })

  test('act from their instant: editing a policy leaves the past alone', () => {
    const versions = [
      { from: at('2026-01-01'), settings: nightly },
      { from: at('2026-03-06T12:00'), settings: settings([anAge({ lateAfterMs: 7 * DAY_MS, staleAfterMs: 9 * DAY_MS })]) },
    ]
    expect(inShort(timeline(versions, known, at('2026-03-06T00:00'), at('2026-03-08T00:00')))).toEqual([
      '2026-03-06T00:00:00.000Z fresh/on-time',
      '2026-03-06T02:00:00.000Z fresh/due',
      '2026-03-06T02:45:00.000Z late/overdue',
      '2026-03-06T12:00:00.000Z fresh/on-time',
      '2026-03-08T00:00:00.000Z',
    ])
  })

  test('may be listed in any order', () => {
    const versions = [
      { from: at('2026-03-06T12:00'), settings: null },
      { from: at('2026-01-01'), settings: nightly },
    ]
    expect(inShort(timeline(versions, known, at('2026-03-06T02:30'), at('2026-03-06T13:00')))).toEqual([
      '2026-03-06T02:30:00.000Z fresh/due',
      '2026-03-06T02:45:00.000Z late/overdue',
      '2026-03-06T12:00:00.000Z null/null',
      '2026-03-06T13:00:00.000Z',
    ])
  })

  test('that say the same leave no seam', () => {
    const versions = [
      { from: at('2026-01-01'), settings: nightly },
      { from: at('2026-03-05T20:00'), settings: settings([aDeadline()]) },
    ]
    expect(timeline(versions, known, at('2026-03-05T12:00'), at('2026-03-06T02:00'))).toHaveLength(1)
  })

  test('before the first there is no status, nor without any', () => {
    expect(
      inShort(timeline([{ from: at('2026-03-05T12:00'), settings: nightly }], known, at('2026-03-05T06:00'), at('2026-03-05T18:00'))),
    ).toEqual(['2026-03-05T06:00:00.000Z null/null', '2026-03-05T12:00:00.000Z fresh/on-time', '2026-03-05T18:00:00.000Z'])
    expect(timeline([], known, at('2026-03-05T06:00'), at('2026-03-05T18:00'))).toMatchObject([{ status: null }])
  })
})

test('ninety days of ten thousand assets are a matter of seconds', () => {
  const days = Array.from({ length: 90 }, (_, day) => at('2026-03-01T02:10') + day * DAY_MS)
  const known = facts({ arrivals: days.map((load) => loaded('', { at: load, recordedAt: load })) })
  const own = always(settings([aDeadline({ zone: 'America/New_York' }), calendarDays({ zone: 'America/New_York' })]))
  const started = performance.now()
  for (let n = 0; n < 100; n += 1) timeline(own, known, at('2026-03-01'), at('2026-05-30'))
  expect(performance.now() - started).toBeLessThan(5_000)
})
