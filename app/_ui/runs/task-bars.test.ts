import { describe, expect, it } from 'vitest'
import type { TaskRow } from '#lib/queries/runs/run-rows.ts'
import { barsOf, stepInWords } from './task-bars.ts'

const START = Date.parse('2026-11-20T07:00:00Z')
const at = (seconds: number) => START + seconds * 1000

function step(name: string, from: number, to: number | null, more: Partial<TaskRow> = {}): TaskRow {
  const state = to === null ? 'running' : 'completed'
  return { attempt: 1, name, state, tries: 1, startedAt: at(from), endedAt: to === null ? null : at(to), problem: null, waits: [], ...more }
}

const round = (bars: { kind: string; x: number; width: number }[] | undefined) =>
  bars?.map(({ kind, x, width }) => [kind, Math.round(x), Math.round(width)])

describe('steps on a time line', () => {
  it('reach from the start of the run to its end', () => {
    const chart = barsOf({ tasks: [step('fetch', 0, 25), step('load', 25, 100)], startedAt: at(0), endedAt: at(100) }, at(500))
    expect(chart).toMatchObject({ from: at(0), to: at(100), nowX: null })
    expect(chart.attempts[0]?.steps.map(({ bars }) => round(bars))).toEqual([[['work', 0, 25]], [['work', 25, 75]]])
  })

  it('reach to now as long as one of them runs', () => {
    const chart = barsOf({ tasks: [step('fetch', 0, 50), step('load', 50, null)], startedAt: at(0), endedAt: null }, at(200))
    expect(chart).toMatchObject({ to: at(200), nowX: 100 })
    expect(round(chart.attempts[0]?.steps[1]?.bars)).toEqual([['work', 25, 75]])
  })

  it('are interrupted where they waited to be tried again', () => {
    const waits = [
      { from: at(10), until: at(40) },
      { from: at(50), until: at(90) },
    ]
    const chart = barsOf({ tasks: [step('fetch', 0, 100, { waits, tries: 3 })], startedAt: at(0), endedAt: at(100) }, at(500))
    expect(round(chart.attempts[0]?.steps[0]?.bars)).toEqual([
      ['work', 0, 10],
      ['wait', 10, 30],
      ['work', 40, 10],
      ['wait', 50, 40],
      ['work', 90, 10],
    ])
  })

  it('that were cancelled while they waited end with the wait', () => {
    const waits = [{ from: at(10), until: at(400) }]
    const chart = barsOf({ tasks: [step('fetch', 0, 20, { waits })], startedAt: at(0), endedAt: at(20) }, at(30))
    expect(round(chart.attempts[0]?.steps[0]?.bars)).toEqual([
      ['work', 0, 50],
      ['wait', 50, 50],
    ])
  })

  it('stand under their attempt, and never outside the chart', () => {
    const tasks = [step('load', 0, 10), step('load', 100, 100, { attempt: 2 })]
    const chart = barsOf({ tasks, startedAt: at(0), endedAt: at(100) }, at(100))
    expect(chart.attempts.map(({ attempt, steps }) => [attempt, steps.length])).toEqual([
      [1, 1],
      [2, 1],
    ])
    const last = chart.attempts[1]?.steps[0]?.bars[0]
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(100)
  })
})

describe('a step in words', () => {
  it.each([
    [step('fetch', 0, 90), 'completed in 1 min 30 s'],
    [step('fetch', 0, null), 'running for 2 min'],
    [step('fetch', 0, 3, { state: 'failed', tries: 4, problem: 'The source is busy.' }), 'failed in 3 s, 4 tries: The source is busy.'],
    [step('fetch', 0, null, { waits: [{ from: at(100), until: at(150) }], problem: 'Busy.' }), 'waits 30 s for try 2: Busy.'],
    [
      step('fetch', 0, null, { waits: [{ from: at(60), until: at(100) }], tries: 2, problem: 'Busy.' }),
      'running for 2 min, try 3; before: Busy.',
    ],
  ])('%j', (task, words) => {
    expect(stepInWords(task, at(120))).toBe(words)
  })
})
