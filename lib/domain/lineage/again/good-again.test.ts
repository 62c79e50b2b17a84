import { describe, expect, it } from 'vitest'
import { explainingEdges } from '#lib/domain/lineage/causes/explaining-edges.ts'
import { END_OF_TIME, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { asset, at, chain, failed, flow, job, NOON } from '#lib/testing/history/again-builders.ts'
import { goodAgain } from './good-again.ts'
import type { Writer } from './writer.ts'

describe('what flows load', () => {
  it('is good after the first run that begins after what it is made from is good, by the clocks of each flow', () => {
    const assets = [asset(1, 'flow:term'), asset(2, 'flow:course'), asset(3, 'flow:seats')]
    const writers = [
      flow('term', '0 2 * * *', 3),
      flow('course', '5 8 * * *', 10, { zone: 'Europe/Berlin' }),
      flow('seats', '0 * * * *', 1, { zone: 'UTC' }),
    ]
    // 02:00 in New York is 07:00Z, 08:05 in Berlin 07:05Z.
    expect(at(NOON, assets, chain(1, 2, 3), ...writers)).toEqual({ 1: '2026-11-21 07:03', 2: '2026-11-21 07:15', 3: '2026-11-21 08:01' })
    // An hour later in Berlin comes too late for nobody; an hour earlier is the next day's.
    const early = flow('course', '5 7 * * *', 10, { zone: 'Europe/Berlin' })
    expect(at(NOON, assets.slice(0, 2), chain(1, 2), writers[0] as Writer, early)[2]).toBe('2026-11-22 06:15')
  })

  it('is not held up by what turned later, nor by what is fresh', () => {
    const writers = [flow('term', '0 2 * * *', 3), flow('course', '0 13 * * *', 10)]
    const own = asset(2, 'flow:course')
    expect(at(NOON, [asset(1, 'flow:term', { since: 500 }), own], chain(1, 2), ...writers)[2]).toBe('2026-11-20 18:10')
    expect(at(NOON, [asset(1, 'flow:term', { status: 'fresh' }), own], chain(1, 2), ...writers)).toEqual({ 2: '2026-11-20 18:10' })
  })

  it('is good by one run where one flow writes both', () => {
    const assets = [asset(1, 'flow:course'), asset(2, 'flow:course'), asset(3, 'flow:seats'), asset(4, 'flow:course')]
    const writers = [flow('course', '0 2 * * *', 10), flow('seats', '30 2 * * *', 1)]
    expect(at(NOON, assets, chain(1, 2, 3, 4), ...writers)).toEqual({
      ...{ 1: '2026-11-21 07:10', 2: '2026-11-21 07:10', 3: '2026-11-21 07:31' },
      4: '2026-11-22 07:10',
    })
  })

  it.each([
    ['a time that clocks skip', '2026-03-08T05:00:00Z', '30 2 * * *', '2026-03-08 07:40'],
    ['the first of two equal times', '2026-11-01T04:00:00Z', '30 1 * * *', '2026-11-01 05:40'],
    ['the second of them past', '2026-11-01T06:00:00Z', '30 1 * * *', '2026-11-02 06:40'],
    ['every hour through the night of 25 hours', '2026-11-01T05:50:00Z', '45 * * * *', '2026-11-01 06:55'],
  ])('goes by %s in the night in which clocks change', (_, now, cron, good) => {
    expect(at(Date.parse(now), [asset(1, 'flow:term')], [], flow('term', cron, 10))).toEqual({ 1: good })
  })

  it('goes by what is usual of the last successes, whatever took long once', () => {
    const durationsMs = [5, 90, 4, 6, 5].map((minutes) => minutes * MINUTE_MS)
    expect(at(NOON, [asset(1, 'flow:term')], [], flow('term', '0 2 * * *', 0, { durationsMs }))).toEqual({ 1: '2026-11-21 07:05' })
  })
})

describe('there is no date', () => {
  const assets = [asset(1, 'flow:term'), asset(2, 'flow:course')]
  const course = flow('course', '0 3 * * *', 10)

  it.each<[string, Writer, string]>([
    [
      'keeps failing, even while it runs again',
      flow('term', '0 2 * * *', 3, {
        ends: ['Page 3 is gone.', 'Page 17 is gone.', 'Page 4 is gone.'].map(failed),
        running: { startedAt: NOON, scheduledFor: NOON, endsAt: NOON + 1, isTry: true, isStuck: false },
      }),
      'the last 3 runs of term failed in the same way: Page 3 is gone. > Team 1',
    ],
    [
      'has never succeeded',
      flow('term', '0 2 * * *', null),
      'no run of term has succeeded yet, so nobody knows how long one takes > Team 1',
    ],
    ['runs by no schedule', flow('term', null, 3), 'nobody here knows when term runs next > Team 1'],
    ['is paused', flow('term', '0 2 * * *', 3, { pausedUntil: END_OF_TIME }), 'term is paused > Team 1'],
  ])('where what loads it %s, nor of what is made from it, and its owner is to be asked', (_, term, words) => {
    expect(at(NOON, assets, chain(1, 2), term, course)).toEqual({ 1: words, 2: words })
  })

  it('where nothing known here loads it, nor of what is made from it', () => {
    const words = 'nothing known here loads Asset 1 > Team 1'
    expect(at(NOON, [asset(1, null), asset(2, 'flow:course')], chain(1, 2), course)).toEqual({ 1: words, 2: words })
  })

  it('while its contract is broken: another load mends nothing, of it nor of what is made from it', () => {
    const words = 'the contract of Asset 1 has to be kept again > Team 1'
    const term = flow('term', '0 2 * * *', 3)
    expect(at(NOON, [asset(1, 'flow:term', { isBroken: true }), asset(2, 'flow:course')], chain(1, 2), term, course)).toEqual({
      1: words,
      2: words,
    })
  })

  it('where what explains it is not seen', () => {
    const words = 'it waits for a system you may not see > null'
    const unseen = asset(-1, null, { since: 50, isUnseen: true })
    expect(at(NOON, [unseen, asset(2, 'flow:course')], chain(-1, 2), course)).toEqual({ 2: words })
    expect(at(NOON, [{ ...unseen, since: 500 }, asset(2, 'flow:course')], chain(-1, 2), course)[2]).toBe('2026-11-21 08:10')
  })

  it('of a job of another system that announces no run: how often it usually runs is not guessed', () => {
    const words = 'nobody here knows when dbt/nightly runs next > Team 1'
    expect(at(NOON, [asset(1, 'job:dbt/nightly')], [], job('dbt/nightly', 5))).toEqual({ 1: words })
    const announced = ['2026-11-20T18:00:00Z', '2026-11-21T08:00:00Z']
    expect(at(NOON, [asset(1, 'job:dbt/nightly')], [], job('dbt/nightly', 5, announced))).toEqual({ 1: '2026-11-20 18:05' })
    const made = [asset(1, 'flow:term'), asset(2, 'job:dbt/nightly')]
    const term = flow('term', '0 2 * * *', 3)
    expect(at(NOON, made, chain(1, 2), term, job('dbt/nightly', 5, announced))[2]).toBe('2026-11-21 08:05')
    expect(at(NOON, made, chain(1, 2), term, job('dbt/nightly', 5, announced.slice(0, 1)))[2]).toContain('nobody here knows')
  })
})

describe('it is good on conditions', () => {
  const unseen = { behind: 'SAP', lookAt: NOON + 5 * MINUTE_MS }

  it('if a system two steps up answers; what lies behind it at the next look', () => {
    const assets = [asset(1, null, { status: 'unknown', unseen }), asset(2, 'flow:person'), asset(3, 'flow:cards')]
    const writers = [flow('person', '3 12 * * *', 2, { downConnections: ['SAP'], ends: [failed('no')] }), flow('cards', '4 * * * *', 1)]
    expect(at(NOON, assets, chain(1, 2, 3), ...writers)).toEqual({
      ...{ 1: '2026-11-20 17:05 if SAP', 2: '2026-11-20 17:05 if SAP', 3: '2026-11-20 18:05 if SAP' },
    })
    const tries = [...goodAgain(assets, chain(1, 2, 3), writers, NOON).values()].map(
      (again) => again.kind === 'by' && [again.isLook, (again.tryAt - NOON) / MINUTE_MS],
    )
    expect(tries).toEqual([
      [true, 5],
      [false, 3],
      [false, 3],
    ])
    const followers = [...assets.slice(0, 2), asset(4, null, { follows: true }), asset(5, null, { follows: true })]
    const [, , ofLook, ofBoth] = goodAgain(followers, [...chain(1, 4), ...chain(1, 2, 5), ...chain(1, 5)], writers, NOON).values()
    expect(ofLook).toMatchObject({ isLook: true, tryAt: NOON + 5 * MINUTE_MS })
    expect(ofBoth).toMatchObject({ isLook: false, tryAt: NOON + 3 * MINUTE_MS })
  })

  it('if those succeed whose last run failed, each named once', () => {
    const assets = [asset(1, 'flow:term'), asset(2, 'flow:course'), asset(3, 'flow:course')]
    const writers = [
      flow('term', '0 2 * * *', 3, { ends: [failed('no'), failed('no')] }),
      flow('course', '0 3 * * *', 5, { ends: [failed('x')] }),
    ]
    const found = goodAgain(assets, chain(1, 2, 3), writers, NOON)
    expect(found.get(3)).toEqual({
      ...{ kind: 'by', at: Date.parse('2026-11-21T08:05:00Z'), tryAt: Date.parse('2026-11-21T07:00:00Z'), isLook: false },
      ...{ ifAnswering: [], ifSucceeding: ['term', 'course'] },
    })
    expect(found.get(1)).toMatchObject({ ifSucceeding: ['term'] })
  })
})

describe('what only follows', () => {
  const writers = [flow('term', '0 2 * * *', 3), flow('course', '0 3 * * *', 10)]

  it('is good with the last of what it is made from, and what is made from it comes after', () => {
    const assets = [
      asset(1, 'flow:term'),
      asset(2, 'flow:course', { since: 100 }),
      asset(3, null, { follows: true }),
      asset(4, null, { follows: true }),
    ]
    const edges = [...chain(1, 3, 4), ...chain(2, 3)]
    expect(at(NOON, assets, edges, ...writers)).toMatchObject({ 3: '2026-11-21 08:10', 4: '2026-11-21 08:10' })
    expect(at(NOON, [asset(4, null, { follows: true })], [])).toEqual({ 4: 'nothing is known of what Asset 4 is made from > Team 4' })
  })

  it('comes after what blocks it now, also where that turned after it', () => {
    const follower = asset(2, null, { follows: true, since: 100 })
    const told = (more: { isBlocked?: boolean }) =>
      at(NOON, [asset(1, 'flow:term', { since: 200 }), { ...follower, ...more }], chain(1, 2), ...writers)[2]
    expect(told({ isBlocked: true })).toBe('2026-11-21 07:03')
    expect(told({})).toBe('nothing is known of what Asset 2 is made from > Team 2')
  })

  it('lets through where nothing is promised and nothing known loads it', () => {
    const between = asset(2, null, { status: null, since: null })
    expect(at(NOON, [asset(1, 'flow:term'), between, asset(3, 'flow:course')], chain(1, 2, 3), ...writers)).toEqual({
      ...{ 1: '2026-11-21 07:03', 3: '2026-11-21 08:10' },
    })
    const loaded = asset(2, 'flow:course', { status: null, since: null })
    expect(at(NOON, [asset(1, 'flow:term'), loaded, asset(3, null, { follows: true })], chain(1, 2, 3), ...writers)[3]).toBe(
      '2026-11-21 08:10',
    )
  })
})

describe('what is made from each other', () => {
  const since = 100

  it('waits for what it all comes from, and not for each other', () => {
    const assets = [asset(1, 'flow:term', { since: 50 }), asset(2, 'flow:course', { since }), asset(3, 'flow:seats', { since })]
    const writers = [flow('term', '0 2 * * *', 3), flow('course', '0 3 * * *', 10), flow('seats', '0 1 * * *', 1)]
    expect(at(NOON, assets, [...chain(1, 2, 3), ...chain(3, 2)], ...writers)).toEqual({
      ...{ 1: '2026-11-21 07:03', 2: '2026-11-21 08:10', 3: '2026-11-22 06:01' },
    })
  })

  it('and only follows has a date where something among it is loaded, else none', () => {
    const ring = [...chain(2, 3), ...chain(3, 2)]
    const follower = asset(3, null, { follows: true, since })
    expect(at(NOON, [asset(2, 'flow:course', { since }), follower], ring, flow('course', '0 3 * * *', 10))[3]).toBe('2026-11-21 08:10')
    expect(at(NOON, [asset(2, null, { follows: true, since }), follower], ring)[3]).toBe('Asset 3 is made from itself > Team 3')
  })
})

it('works out ten thousand under one root, and a chain of ten thousand', () => {
  const under = Array.from({ length: 10_000 }, (_, n) => n + 2)
  const assets = [asset(1, 'flow:term', { since: 1 }), ...under.map((id) => asset(id, `flow:f${id % 500}`))]
  const writers = Array.from({ length: 500 }, (_, n) => flow(`f${n}`, `${n % 60} ${n % 24} * * *`, 5, { after: ['flow:term'] }))
  const all = [flow('term', '0 2 * * *', 3), ...writers]
  for (const edges of [under.flatMap((id) => chain(id < 200 ? 1 : Math.floor(id / 100), id)), chain(1, ...under)]) {
    const found = goodAgain(assets, explainingEdges(assets, edges), all, NOON)
    expect([...found.values()].filter(({ kind }) => kind === 'by')).toHaveLength(10_001)
  }
})
