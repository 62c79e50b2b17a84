import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  type ExternalRun,
  isChanged,
  isOutcomeChanged,
  mergeRuns,
  partsOfJob,
  placeOfRun,
  runsSince,
  stateFor,
  type ToldRun,
  tidyRun,
  withEnd,
} from './external-run.ts'
import { RUN_STATES } from './run.ts'

const NOW = Date.parse('2026-11-20T06:00Z')
const LOOK = connectionWitness('dbt')
/** Who tells what happened. */
const EVENT = 'job:dbt'

const plain: ExternalRun = {
  ...{ job: 'nightly', externalId: '1', state: 'completed', scheduledAt: null, startedAt: NOW - HOUR_MS, endedAt: NOW - MINUTE_MS },
  ...{ error: null, rows: null, url: null },
}
const tidy = (own: Partial<ExternalRun>) => tidyRun({ ...plain, ...own }, { by: LOOK, at: NOW, now: NOW })
const told = (own: Partial<ToldRun>): ToldRun => ({ ...plain, attempt: 1, toldBy: LOOK, toldAt: NOW, ...own })

describe('a run as another system tells it', () => {
  it('has ended by now, and begun before it ended, whatever the clock there shows', () => {
    const ahead = { startedAt: NOW + 4 * MINUTE_MS, endedAt: NOW + 5 * MINUTE_MS }
    expect(tidy(ahead)).toMatchObject({ startedAt: NOW, endedAt: NOW })
    expect(tidy({ startedAt: NOW, endedAt: NOW - HOUR_MS })).toMatchObject({ startedAt: NOW - HOUR_MS, endedAt: NOW - HOUR_MS })
  })

  it('was not meant for later than it began, so that it is no delivery of a later tick', () => {
    expect(tidy({ scheduledAt: NOW + DAY_MS })?.scheduledAt).toBe(NOW - HOUR_MS)
    expect(tidy({ scheduledAt: NOW, startedAt: null })?.scheduledAt).toBe(NOW)
    expect(tidy({ scheduledAt: NOW - HOUR_MS + MINUTE_MS })?.scheduledAt).toBe(NOW - HOUR_MS + MINUTE_MS)
    expect(tidy({ scheduledAt: NOW - DAY_MS })?.scheduledAt).toBe(NOW - DAY_MS)
    expect(tidy({ state: 'scheduled', scheduledAt: NOW + DAY_MS })?.scheduledAt).toBe(NOW + DAY_MS)
  })

  it('has no end while it goes on, and no beginning while it waits', () => {
    expect(tidy({ state: 'running' })).toMatchObject({ startedAt: NOW - HOUR_MS, endedAt: null })
    expect(tidy({ state: 'scheduled' })).toMatchObject({ startedAt: null, endedAt: null })
  })

  it('keeps of its error what can be kept and shown', () => {
    expect(tidy({ error: ' \n' })?.error).toBeNull()
    expect(tidy({ error: 'Database Error\0 in model \uD800 x' })?.error).toBe('Database Error\uFFFD in model \uFFFD x')
    expect(tidy({ error: 'x'.repeat(9000) })?.error).toHaveLength(4001)
  })

  it.each(['javascript:alert(1)', 'ftp://x', '/runs/1', 'https://a b'])('is not linked to %s', (url) => {
    expect(tidy({ url })?.url).toBeNull()
    expect(tidy({ url: 'https://cloud.example/runs/1' })?.url).toBe('https://cloud.example/runs/1')
  })

  it.each([{ job: ' ' }, { externalId: '' }, { externalId: 'a\0b' }])('is none without a job or an id: %j', (own) => {
    expect(tidy(own)).toBeNull()
  })

  it('is called by as much of its name as there is room for, and two that begin alike stay two', () => {
    const long = (end: string) => `${'x'.repeat(400)}${end}`
    const [a, b, again] = [long('a'), long('b'), long('a')].map((name) => tidy({ job: name, externalId: name }))
    expect(a?.job).toMatch(/^x{292}~[0-9a-z]{7}$/)
    expect([a?.job === again?.job, a?.externalId === a?.job, a?.job === b?.job]).toEqual([true, true, false])
    expect(tidy({ job: 'x'.repeat(300) })?.job).toBe('x'.repeat(300))
    expect(tidy({ job: `${'x'.repeat(291)}\u{1F600}${'x'.repeat(20)}` })?.job).toMatch(/^x{291}~/)
  })

  it('has no rows where the number is none', () => {
    expect([tidy({ rows: -1 })?.rows, tidy({ rows: Number.NaN })?.rows, tidy({ rows: 3.5 })?.rows, tidy({ rows: 0 })?.rows]).toEqual([
      null,
      null,
      3,
      0,
    ])
  })

  it('that is over without an end ended when it was told at the latest', () => {
    expect(withEnd(told({ endedAt: null })).endedAt).toBe(NOW)
    expect(withEnd(told({ state: 'running', endedAt: null })).endedAt).toBeNull()
  })
})

describe('a run that is told again', () => {
  it('does not go back from its end, also when an older look is told after it', () => {
    const ended = told({ toldAt: NOW })
    const late = told({ state: 'running', endedAt: null, toldAt: NOW + HOUR_MS })
    expect(mergeRuns(ended, late)).toMatchObject({ state: 'completed', endedAt: ended.endedAt })
  })

  it('begins anew as a later attempt, and nothing of the attempt before it is left', () => {
    const again = told({ attempt: 2, state: 'running', startedAt: NOW, endedAt: null })
    const failed = told({ state: 'failed', error: 'no' })
    expect(mergeRuns(failed, again)).toEqual(again)
    expect(mergeRuns(again, failed)).toEqual(again)
  })

  it.each([
    ['a look that comes later corrects an end', { toldBy: LOOK }, { toldBy: LOOK }, 'failed'],
    ['of two ends that were told the later counts', { toldBy: EVENT }, { toldBy: EVENT }, 'failed'],
    ['a look counts when an event happened at the same time', { toldBy: LOOK, toldAt: NOW + 1 }, { toldBy: EVENT }, 'completed'],
  ] as const)('%s, in whichever order they come', (_, first, second, state) => {
    const completed = told(first)
    const failed = told({ state: 'failed', toldAt: NOW + 1, ...second })
    expect([mergeRuns(completed, failed).state, mergeRuns(failed, completed).state]).toEqual([state, state])
  })

  it('keeps what the later word leaves open', () => {
    const began = told({ state: 'running', scheduledAt: NOW - 2 * HOUR_MS, endedAt: null, url: 'https://x.example', writes: ['a'] })
    const ended = told({ startedAt: null, toldAt: NOW + 1 })
    expect(mergeRuns(began, ended)).toMatchObject({
      ...{ state: 'completed', scheduledAt: began.scheduledAt, startedAt: began.startedAt, url: began.url, writes: ['a'] },
    })
  })

  it('wrote what was told when it had ended so, also when a later look knows less of it, and more when it knows more', () => {
    const first = told({ writes: ['model.a', 'model.b'] })
    expect(mergeRuns(first, told({ writes: ['model.b', 'lake/b'], toldAt: NOW + 1 })).writes).toEqual(['model.a', 'model.b', 'lake/b'])
    const failed = told({ state: 'failed', writes: ['model.b'], toldAt: NOW + 1 })
    expect([mergeRuns(first, failed).writes, mergeRuns(failed, first).writes]).toEqual([['model.b'], ['model.b']])
    const running = told({ state: 'running', endedAt: null, writes: ['model.a'] })
    expect(mergeRuns(running, told({ writes: ['model.b'], toldAt: NOW + 1 })).writes).toEqual(['model.b'])
  })

  it('has loaded all that any word of the same end says, and nothing that another end loaded', () => {
    const failed = told({ state: 'failed', writes: ['c'], loaded: ['a'] })
    expect(mergeRuns(failed, told({ state: 'failed', writes: [], loaded: ['b'], toldAt: NOW + 1 })).loaded).toEqual(['a', 'b'])
    const completed = told({ writes: ['a', 'c'], toldAt: NOW + 1 })
    expect([mergeRuns(failed, completed), mergeRuns(completed, failed)].map(({ loaded }) => loaded)).toEqual([undefined, undefined])
    expect(isOutcomeChanged(failed, { ...failed, loaded: ['a', 'b'] })).toBe(true)
  })

  test('comes to the same in whatever order everything was told', () => {
    const one = fc.record({
      attempt: fc.constantFrom(1, 1, 2),
      state: fc.constantFrom(...RUN_STATES),
      toldAt: fc.integer({ min: 0, max: 3 }),
      toldBy: fc.constantFrom(LOOK, EVENT),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (facts, order) => {
        const runs = facts.map((own) => told(own))
        const shuffled = runs.map((run) => ({ run, by: order.next().value ?? 0 })).toSorted((a, b) => a.by - b.by)
        const end = (list: readonly ToldRun[]) => list.reduce(mergeRuns)
        const { attempt, state } = end(runs)
        expect(end(shuffled.map(({ run }) => run))).toMatchObject({ attempt, state })
      }),
    )
  })

  it('has another outcome when it is learnt that it took away what was loaded, whichever word says so last', () => {
    const cleared = told({ empties: true, writes: [], toldAt: NOW + MINUTE_MS })
    expect(isOutcomeChanged(told({ writes: [] }), cleared)).toBe(true)
    expect(isOutcomeChanged(told({ empties: false }), told({}))).toBe(false)
    expect(mergeRuns(told({ writes: [] }), cleared)).toMatchObject({ empties: true, writes: [] })
    expect(mergeRuns(cleared, told({ writes: [] }))).toMatchObject({ empties: true })
    expect(isOutcomeChanged(cleared, mergeRuns(cleared, told({ writes: [], toldAt: NOW })))).toBe(false)
    expect(stateFor(cleared, 'airbyte', { connection: 'lake', path: 'prices' })).toBeNull()
  })

  it('is the same when only the telling is another', () => {
    expect(isChanged(told({}), told({ toldAt: NOW + 1, toldBy: EVENT }))).toBe(false)
    expect(isChanged(told({}), told({ error: 'no' }))).toBe(true)
    expect(isOutcomeChanged(told({}), told({ error: 'no', url: 'https://x.example' }))).toBe(false)
    expect(isOutcomeChanged(told({}), told({ state: 'failed' }))).toBe(true)
    expect(isOutcomeChanged(undefined, told({ state: 'scheduled' }))).toBe(false)
  })
})

describe('where a run lies', () => {
  it('is its scheduled instant, else its beginning, else its end', () => {
    const [scheduledAt, startedAt, endedAt] = [NOW - 3, NOW - 2, NOW - 1]
    expect(placeOfRun(told({ scheduledAt, startedAt, endedAt }))).toBe(scheduledAt)
    expect(placeOfRun(told({ scheduledAt: null, startedAt, endedAt }))).toBe(startedAt)
    expect(placeOfRun(told({ scheduledAt: null, startedAt: null, endedAt }))).toBe(endedAt)
  })
})

describe('how a run ended for an asset', () => {
  const own = { connection: 'dbt', path: 'orders' }
  const other = { connection: 'lake', path: 'public.orders' }

  it.each([
    ['is its end where it tells of nothing by name', {}, 'failed', 'failed'],
    ['is its end for what it names by path', { writes: ['orders'] }, 'failed', null],
    ['is its end for what it names by key', { writes: ['lake/public.orders'] }, null, 'failed'],
    ['is a good one for what it loaded all the same', { writes: ['orders'], loaded: ['lake/public.orders'] }, 'failed', 'completed'],
    ['is its end for what it loaded and then failed', { writes: ['orders'], loaded: ['orders'] }, 'failed', null],
    ['is nothing where it names others', { writes: [], loaded: ['customers'] }, null, null],
    ['is a good one alone for what it loaded where nothing else is named', { loaded: ['orders'] }, 'completed', 'failed'],
  ] as const)('%s', (_, named, first, second) => {
    expect([own, other].map((asset) => stateFor({ state: 'failed', ...named }, 'dbt', asset))).toEqual([first, second])
  })
})

test('a job is named by its connection and its own name, which may hold slashes', () => {
  expect(partsOfJob('dbt/a/b')).toEqual({ connection: 'dbt', job: 'a/b' })
  expect(['dbt', '/b', 'dbt/', 'dbt/ '].map(partsOfJob)).toEqual([null, null, null, null])
})

test('runs are asked for from a little before the last end that is known, from the beginning of those that go on, and never from longer ago than a month', () => {
  const month = NOW - 30 * DAY_MS
  expect(runsSince({ through: null, openSince: NOW }, NOW)).toBe(month)
  expect(runsSince({ through: NOW - HOUR_MS, openSince: null }, NOW)).toBe(NOW - 2 * HOUR_MS)
  expect(runsSince({ through: NOW - HOUR_MS, openSince: NOW - DAY_MS }, NOW)).toBe(NOW - DAY_MS)
  expect(runsSince({ through: NOW - HOUR_MS, openSince: NOW - 90 * DAY_MS }, NOW)).toBe(month)
})
