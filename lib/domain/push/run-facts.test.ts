import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './pushed-run.ts'
import { changedFacts, factsOf, lineageOf, namesData } from './run-facts.ts'
import { addEvent, dataKey, EMPTY_RUN, NAMES_MAX, REMEMBERED_MAX, type RunEvent, type RunState, type ToldData } from './told-run.ts'

const ORDERS = dataKey({ namespace: 'lake', name: 'orders' })
const orders = (own: Partial<ToldData> = {}): ToldData => ({
  namespace: 'lake',
  name: 'orders',
  rows: null,
  lifecycle: null,
  writtenAt: null,
  ...own,
})
const raw = (own: Partial<ToldData> = {}): ToldData => ({ ...orders(own), name: 'raw' })

const event = (type: RunEvent['type'], at: number, own: Partial<RunEvent> = {}): RunEvent => ({
  ...{ type, at, isStreaming: null, nominal: null, error: null, through: null, parent: null, jobType: null, url: null },
  ...{ inputs: [], outputs: [] },
  ...own,
})
const sumOf = (...events: RunEvent[]): RunState => events.reduce(addEvent, EMPTY_RUN)
const told = (...events: RunEvent[]) => factsOf(sumOf(...events)).map(({ clock, at, rows }) => [clock, at, rows])
const write = (type: RunEvent['type'], at: number, own: Partial<ToldData> = {}) => event(type, at, { outputs: [orders(own)] })

describe('a run that succeeded', () => {
  it('loaded what it wrote, wherever among its events that was named', () => {
    expect(told(write('START', 10), event('COMPLETE', 20))).toEqual([
      ['loadedAt', 20, null],
      ['writtenAt', 20, null],
    ])
    expect(told(event('START', 10), event('COMPLETE', 20), write('OTHER', 30, { rows: 7 }))).toEqual([
      ['loadedAt', 20, 7],
      ['writtenAt', 20, 7],
    ])
  })

  it('loaded well and wrote nothing when it counted no rows', () => {
    expect(told(write('COMPLETE', 20, { rows: 0 }))).toEqual([['loadedAt', 20, 0]])
  })

  it('counts without a start', () => {
    expect(factsOf(sumOf(write('COMPLETE', 20)))[0]).toMatchObject({ at: 20, placedAt: null })
  })

  it.each([
    ['DROP', null, 0],
    ['DROP', 5, 0],
    ['TRUNCATE', null, 0],
    ['ALTER', null, 0],
    ['RENAME', 0, 0],
    ['TRUNCATE', 5, 2],
    ['OVERWRITE', null, 2],
    ['CREATE', null, 2],
  ])('after %s with %j rows tells %i facts', (lifecycle, rows, count) => {
    expect(told(write('COMPLETE', 20, { lifecycle, rows }))).toHaveLength(count)
  })

  it('is weak evidence of data where a table was made and nobody counted what came in', () => {
    const isWeak = (own: Partial<ToldData>) => factsOf(sumOf(write('COMPLETE', 20, own))).map((fact) => fact.isWeak)
    expect(isWeak({ lifecycle: 'CREATE' })).toEqual([true, true])
    expect(isWeak({ lifecycle: 'CREATE', rows: 4 })).toEqual([false, false])
  })

  it('lies among ticks where it was meant to begin, told as its beginning or as the end of its stretch, else where it began', () => {
    const place = (nominal: RunEvent['nominal']) => factsOf(sumOf(event('START', 100, { nominal }), write('COMPLETE', 120)))[0]?.placedAt
    expect(place(null)).toBe(100)
    expect(place({ start: 95, end: null })).toBe(95)
    expect(place({ start: 40, end: 95 })).toBe(95)
    expect(place({ start: 95, end: 150 })).toBe(95)
    expect(place({ start: 130, end: 150 })).toBe(100)
  })

  it('holds data through the end of its stretch, weakly, or through what it says itself', () => {
    const through = (own: Partial<RunEvent>) =>
      factsOf(sumOf(event('START', 100, own), write('COMPLETE', 120))).find((f) => f.clock === 'dataThroughAt')
    expect(through({ nominal: { start: 40, end: 95 } })).toMatchObject({ at: 95, isWeak: true })
    expect(through({ nominal: { start: 95, end: 150 } })).toBeUndefined()
    expect(through({ through: 80 })).toMatchObject({ at: 80, isWeak: false })
  })
})

describe('a run that failed', () => {
  it.each(['FAIL', 'ABORT'] as const)('with %s loaded nothing, also after it had said that it succeeded', (end) => {
    expect(told(write('START', 10), event(end, 20))).toEqual([])
    expect(told(write('COMPLETE', 20), event(end, 25))).toEqual([])
    expect(told(write('COMPLETE', 20), event(end, 20))).toEqual([])
  })

  it('and was then said to have succeeded, has', () => {
    expect(told(event('FAIL', 20), write('COMPLETE', 25))).toHaveLength(2)
  })

  it('in a later try takes nothing from an earlier one', () => {
    expect(told(event('START', 10), write('COMPLETE', 20), event('START', 30), event('FAIL', 40)).map(([, at]) => at)).toEqual([20, 20])
  })
})

describe('a run that streams', () => {
  const streaming = { isStreaming: true }
  it('has loaded whenever it counts rows on its way', () => {
    expect(
      told(event('START', 10, streaming), write('RUNNING', 20, { rows: 5 }), write('RUNNING', 30, { rows: 0 }), write('RUNNING', 40)),
    ).toEqual([
      ['loadedAt', 20, 5],
      ['writtenAt', 20, 5],
      ['loadedAt', 30, 0],
    ])
    expect(told(event('START', 10), write('RUNNING', 20, { rows: 5 }))).toEqual([])
  })

  it('keeps what it told long ago when it goes on for ever', () => {
    const long = sumOf(
      event('START', 0, streaming),
      ...Array.from({ length: REMEMBERED_MAX }, (_, i) => write('RUNNING', i + 1, { rows: 1 })),
    )
    const { told: more, takenBack } = changedFacts(long, addEvent(long, write('RUNNING', 9999, { rows: 1 })))
    expect(more.map(({ at }) => at)).toEqual([9999, 9999])
    expect(takenBack).toEqual([])
  })
})

describe('a run that begins and ends for ever', () => {
  const outputs = sumOf(write('OTHER', 0)).outputs
  const times = (first: number) => Array.from({ length: REMEMBERED_MAX }, (_, i) => first + 10 * i)
  const completed = (at: number) => ({ at, type: 'COMPLETE' as const, error: null })
  const full: RunState = { ...EMPTY_RUN, outputs, starts: times(10), ends: times(15).map(completed) }
  const placesOf = (state: RunState) => new Set(changedFacts(full, state).told.map(({ placedAt, at }) => `${placedAt}-${at}`))

  it('is remembered by its last tries, and keeps what the others told', () => {
    const more = [event('START', 9000), event('COMPLETE', 9005)].reduce(addEvent, full)
    expect([more.starts.length, more.ends.length]).toEqual([REMEMBERED_MAX, REMEMBERED_MAX])
    expect([...placesOf(more)]).toEqual(['9000-9005'])
    expect(changedFacts(full, more).takenBack).toEqual([])
    expect(sumOf(event('COMPLETE', 9005), event('START', 9000)).ends).toEqual(more.ends.slice(-1))
  })

  it('comes to the same whichever of its events came first', () => {
    const events = [event('FAIL', 5), event('START', 9000), event('COMPLETE', 16), event('START', 9010), event('FAIL', 9005)]
    expect(events.toReversed().reduce(addEvent, full)).toEqual(events.reduce(addEvent, full))
  })

  it('takes back what one of its last tries told, and tells no start of another for an end', () => {
    const failed = addEvent(full, event('FAIL', 4996))
    expect(changedFacts(full, failed)).toMatchObject({ told: [], takenBack: [expect.any(String), expect.any(String)] })
    const begun = [event('START', 9000), event('START', 9010)].reduce(addEvent, full)
    expect([...placesOf(begun), ...changedFacts(full, begun).takenBack]).toEqual([])
  })

  it('that names ever new things is bounded, and what it told of others stands, in whatever order they came', () => {
    const named = (i: number) => event('OTHER', i, { outputs: [{ ...orders(), name: `day ${String(i).padStart(4, '0')}` }] })
    const all = Array.from({ length: NAMES_MAX }, (_, i) => i + 1)
    const wide = event('START', 0, { outputs: all.flatMap((i) => named(i).outputs) })
    const more = addEvent(sumOf(wide, event('COMPLETE', 5)), named(9000))
    expect([Object.keys(more.outputs).length, lineageOf(more).made.length]).toEqual([NAMES_MAX, 0])
    expect(Object.keys(more.outputs).at(-1)).toContain('day 9000')
    expect(changedFacts(sumOf(wide, event('COMPLETE', 5)), more).takenBack).toEqual([])
    expect(sumOf(named(9000), event('COMPLETE', 5), wide).outputs).toEqual(more.outputs)
  })

  it('is remembered with the words of its last ends alone', () => {
    const failed = Array.from({ length: 30 }, (_, i) => event('FAIL', i, { error: `wrong ${i}` }))
    const { ends } = sumOf(...failed)
    expect(ends.flatMap(({ error }) => error ?? [])).toEqual(failed.slice(10).map(({ error }) => error))
    expect(sumOf(...failed.toReversed(), ...failed).ends).toEqual(ends)
  })

  it('without a start is bounded, too', () => {
    const ends = addEvent({ ...full, starts: [] }, event('FAIL', 9000)).ends
    expect([ends.length, ends[0]?.at, ends.at(-1)?.at]).toEqual([REMEMBERED_MAX, 25, 9000])
  })
})

it('what a run reads was last written when it says so', () => {
  expect(told(event('FAIL', 20, { inputs: [raw({ writtenAt: 15 })] }))).toEqual([['writtenAt', 15, null]])
})

describe('what later events change', () => {
  it('is told anew, and what they take back is named', () => {
    const done = sumOf(write('COMPLETE', 20))
    expect(changedFacts(done, done)).toEqual({ told: [], takenBack: [] })
    expect(changedFacts(done, addEvent(done, event('FAIL', 30)))).toEqual({ told: [], takenBack: factsOf(done).map(({ id }) => id) })
    const counted = changedFacts(done, addEvent(done, write('OTHER', 30, { rows: 3 })))
    expect([counted.told.map(({ rows }) => rows), counted.takenBack]).toEqual([[3, 3], factsOf(done).map(({ id }) => id)])
  })
})

it('everything written is made from everything read, but for what was dropped and what has no name', () => {
  const state = sumOf(
    event('START', 1, { inputs: [raw()] }),
    event('COMPLETE', 2, { inputs: [orders({ name: '' })], outputs: [orders(), orders({ name: 'old', lifecycle: 'DROP' })] }),
  )
  expect(lineageOf(state)).toEqual({ from: [dataKey(raw())], made: [ORDERS] })
  expect(lineageOf(sumOf(event('START', 1, { inputs: [raw()] })))).toEqual({ from: [], made: [] })
  expect([namesData(state), namesData(EMPTY_RUN)]).toEqual([true, false])
})

describe('the sum of events', () => {
  const data = fc.record({
    namespace: fc.constant('lake'),
    name: fc.constantFrom('a', 'b', ''),
    rows: fc.constantFrom(null, 0, 3),
    lifecycle: fc.constantFrom(null, null, 'CREATE', 'DROP'),
    writtenAt: fc.constantFrom(null, null, 3),
  })
  const arbitrary: fc.Arbitrary<RunEvent> = fc.record({
    type: fc.constantFrom<RunEvent['type'][]>('START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'),
    at: fc.integer({ min: 0, max: 6 }),
    isStreaming: fc.constantFrom(null, true, false),
    nominal: fc.constantFrom(null, { start: 1, end: 4 }),
    error: fc.constantFrom(null, 'broken', 'gone'),
    through: fc.constantFrom(null, 2),
    parent: fc.constantFrom(null, { namespace: 'n', job: 'all', runId: '1' }, { namespace: 'n', job: 'all', runId: '2' }),
    jobType: fc.constantFrom(null, 'SPARK, job', 'DBT, model'),
    url: fc.constant(null),
    inputs: fc.array(data, { maxLength: 2 }),
    outputs: fc.array(data, { maxLength: 2 }),
  })

  it('is the same in every order and however often each of them is told', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (events, dice) => {
        const shuffled = [...events, ...events].map((one) => ({ one, key: dice.next().value ?? 0 })).sort((a, b) => a.key - b.key)
        const mixed = sumOf(...shuffled.map(({ one }) => one))
        const inOrder = sumOf(...events)
        const plain = (state: RunState) => [
          factsOf(state)
            .map((f) => JSON.stringify(f))
            .sort(),
          lineageOf(state),
          state.ends,
          state.starts,
          outcomeOf(state),
        ]
        expect(plain(mixed)).toEqual(plain(inOrder))
      }),
    )
  })
})
