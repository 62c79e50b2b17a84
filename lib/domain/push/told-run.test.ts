import { describe, expect, it } from 'vitest'
import { addEvent, dataKey, dataName, EMPTY_RUN, laterTold, REMEMBERED_MAX, type RunEvent, rememberedSince } from './told-run.ts'

const event = (type: RunEvent['type'], at: number, more: Partial<RunEvent> = {}): RunEvent => ({
  ...{ type, at, isStreaming: null, nominal: null, error: null, through: null, parent: null, jobType: null, url: null },
  ...{ inputs: [], outputs: [] },
  ...more,
})
const data = (name: string, rows: number | null) => ({ namespace: 'pg', name, rows, lifecycle: null, writtenAt: null })
const sum = (events: readonly RunEvent[]) => events.reduce(addEvent, EMPTY_RUN)

describe('the sum of a run', () => {
  const events = [
    event('START', 10, { jobType: 'MODEL' }),
    event('RUNNING', 15, { outputs: [data('orders', 3)] }),
    event('RUNNING', 20, { outputs: [data('orders', 7)], through: 18 }),
    event('FAIL', 30, { error: 'disk full' }),
    event('COMPLETE', 30, { outputs: [data('orders', 9)], url: 'https://example.edu/1' }),
  ]

  it('is the same in any order, and however often an event came', () => {
    const told = sum(events)
    expect(sum(events.toReversed())).toEqual(told)
    expect(sum([...events, ...events, ...events.slice(1, 3)])).toEqual(told)
  })

  it('knows the first word that it runs, the latest of everything else, and a failure after a success of the same instant', () => {
    const told = sum(events)
    expect(told).toMatchObject({ starts: [10], runningAt: 15, jobType: { at: 10, value: 'MODEL' }, through: { at: 20, value: 18 } })
    expect(told.ends).toEqual([
      { at: 30, type: 'COMPLETE', error: null },
      { at: 30, type: 'FAIL', error: 'disk full' },
    ])
    expect(told.outputs[dataKey(data('orders', null))]).toMatchObject({ rows: { at: 30, value: 9 } })
    expect(told.moments.map(({ at, rows }) => [at, ...Object.values(rows)])).toEqual([
      [15, 3],
      [20, 7],
    ])
  })

  it('leaves out data without a name, and moments that tell no rows', () => {
    const told = sum([event('RUNNING', 1, { outputs: [data('', 5), data('orders', null)], inputs: [data('', null)] })])
    expect([told.moments, Object.keys(told.inputs), Object.keys(told.outputs).map(dataName)]).toEqual([
      [],
      [],
      [{ namespace: 'pg', name: 'orders' }],
    ])
  })

  it('remembers the latest of very many starts, and no end of a try that it has forgotten', () => {
    const many = Array.from({ length: REMEMBERED_MAX + 5 }, (_, n) => [event('START', 10 * n), event('COMPLETE', 10 * n + 5)]).flat()
    const told = sum(many)
    expect([told.starts.length, told.starts[0], told.ends[0]?.at]).toEqual([REMEMBERED_MAX, 50, 55])
    expect(rememberedSince(told)).toBe(55)
    expect(rememberedSince(sum(many.slice(0, 4)))).toBe(0)
  })
})

it('of two words about the same the later counts, of equals always the same one', () => {
  expect(laterTold({ at: 1, value: 'a' }, { at: 2, value: 'b' })).toEqual({ at: 2, value: 'b' })
  expect(laterTold({ at: 2, value: 'b' }, { at: 2, value: 'a' })).toEqual(laterTold({ at: 2, value: 'a' }, { at: 2, value: 'b' }))
  expect([laterTold(null, { at: 1, value: 0 }), laterTold(null, null)]).toEqual([{ at: 1, value: 0 }, null])
})
