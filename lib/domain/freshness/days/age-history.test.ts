import { describe, expect, test } from 'vitest'
import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, arrival, at, facts, iso, loaded, settings } from '#lib/testing/history/domain-builders.ts'
import { type AgeQuestion, type AgeStretch, ageHistory, summarizeAges } from './age-history.ts'

const inForce = (policies: Parameters<typeof settings>[0], from = '2026-01-01T00:00'): SettingsVersion => ({
  from: at(from),
  settings: settings(policies),
})
const over = (from: string, to: string, clock: JudgedClock = 'loadedAt'): AgeQuestion => ({
  clock,
  from: at(from),
  to: at(to),
})
const words = ({ from, to, at: value, lateAt, staleAt }: AgeStretch) =>
  [from, to, value, lateAt, staleAt].map((instant) => (instant === null ? '-' : iso(instant)?.slice(5, 16))).join(' ')
const told = (versions: SettingsVersion[], what: Parameters<typeof facts>[0], question: AgeQuestion) =>
  ageHistory(versions, prepareFacts(facts(what)), question).map(words)

const NIGHTLY = { arrivals: [loaded('2026-03-05T02:10'), loaded('2026-03-06T02:10'), loaded('2026-03-08T02:10')] }

describe('how old what a clock shows was', () => {
  test('one stretch for each value, under its own limit', () => {
    expect(told([inForce([aDeadline()])], NIGHTLY, over('2026-03-05T00:00', '2026-03-08T12:00'))).toEqual([
      '03-05T02:10 03-06T02:10 03-05T02:10 03-06T02:45 03-07T02:00',
      '03-06T02:10 03-08T02:10 03-06T02:10 03-07T02:45 03-08T02:00',
      '03-08T02:10 03-08T12:00 03-08T02:10 03-09T02:45 03-10T02:00',
    ])
  })

  test('a value known before begins the stretch', () => {
    expect(told([inForce([anAge()])], NIGHTLY, over('2026-03-05T12:00', '2026-03-06T01:00'))).toHaveLength(1)
  })

  test('other limits from when they were promised, and none where nothing was', () => {
    const versions = [inForce([aDeadline()]), inForce([], '2026-03-05T12:00'), inForce([anAge()], '2026-03-06T12:00')]
    const stretches = ageHistory(versions, prepareFacts(facts(NIGHTLY)), over('2026-03-05T00:00', '2026-03-07T00:00'))
    expect(stretches.map(({ from, to }) => [iso(from)?.slice(5, 13), iso(to)?.slice(5, 13)])).toEqual([
      ['03-05T02', '03-05T12'],
      ['03-06T12', '03-07T00'],
    ])
    expect(stretches[1]?.lateAt).not.toBe(at('2026-03-07T02:45'))
  })

  test('what was removed from the catalogue has no age', () => {
    const versions = [inForce([anAge()]), { from: at('2026-03-05T12:00'), settings: null }]
    expect(told(versions, NIGHTLY, over('2026-03-05T00:00', '2026-03-09T00:00'))).toHaveLength(1)
  })

  test('a clock that nothing is promised about has no history', () => {
    expect(told([inForce([anAge({ clock: 'writtenAt' })])], NIGHTLY, over('2026-03-05T00:00', '2026-03-09T00:00'))).toEqual([])
  })

  test('what names no clock counts for the one that was in use then', () => {
    const arrivals = [arrival('writtenAt', '2026-03-05T06:00'), loaded('2026-03-06T02:10')]
    const watched = { from: at('2026-01-01T00:00'), settings: { ...settings([anAge()]), blindAfterMs: 9 * HOUR_MS } }
    const asked = (clock: JudgedClock) => told([watched], { arrivals }, over('2026-03-05T00:00', '2026-03-07T00:00', clock))
    expect(asked('writtenAt').map((one) => one.slice(0, 23))).toEqual(['03-05T06:00 03-06T02:10'])
    expect(asked('loadedAt').map((one) => one.slice(0, 23))).toEqual(['03-06T02:10 03-07T00:00'])
  })

  test('what was emptied is not old but gone, until something is there again', () => {
    const emptied = arrival('writtenAt', '2026-03-05T06:00', {
      at: null,
      kind: 'correction',
      recordedAt: at('2026-03-05T09:00'),
      happenedAt: at('2026-03-05T09:00'),
    })
    const arrivals = [arrival('writtenAt', '2026-03-05T06:00'), emptied, arrival('writtenAt', '2026-03-05T12:00')]
    const found = told([inForce([anAge({ clock: 'writtenAt' })])], { arrivals }, over('2026-03-05T00:00', '2026-03-05T13:00', 'writtenAt'))
    expect(found.map((one) => one.split(' ')[2])).toEqual(['03-05T06:00', '-', '03-05T12:00'])
  })

  test('of several promises the one that breaks first counts', () => {
    const [found] = ageHistory(
      [
        inForce([
          anAge({ lateAfterMs: 9 * HOUR_MS, staleAfterMs: 10 * HOUR_MS }),
          anAge({ lateAfterMs: HOUR_MS, staleAfterMs: 40 * HOUR_MS }),
        ]),
      ],
      prepareFacts(facts(NIGHTLY)),
      over('2026-03-05T00:00', '2026-03-05T12:00'),
    )
    expect(found).toMatchObject({ lateAt: at('2026-03-05T02:10') + HOUR_MS + 1, staleAt: at('2026-03-05T02:10') + 10 * HOUR_MS + 1 })
  })
})

describe('what that comes to', () => {
  const stretch = (from: number, to: number, value: number | null, lateAt: number | null): AgeStretch => ({
    from,
    to,
    at: value,
    lateAt,
    staleAt: null,
  })

  test.each<[string, AgeStretch[], ReturnType<typeof summarizeAges>]>([
    ['nothing', [], { oldestMs: 0, timesOver: 0, overMs: 0 }],
    ['never over', [stretch(0, 10, -5, 12), stretch(10, 20, 8, null)], { oldestMs: 15, timesOver: 0, overMs: 0 }],
    ['once', [stretch(0, 10, 0, 7), stretch(10, 20, 10, 17)], { oldestMs: 10, timesOver: 2, overMs: 6 }],
    [
      'over from one value to the next is one time',
      [stretch(0, 10, 0, 7), stretch(10, 20, 2, 9)],
      { oldestMs: 18, timesOver: 1, overMs: 13 },
    ],
    ['what was not there is no age', [stretch(0, 10, null, null)], { oldestMs: 0, timesOver: 0, overMs: 0 }],
  ])('%s', (_, stretches, summary) => {
    expect(summarizeAges(stretches)).toEqual(summary)
  })
})
