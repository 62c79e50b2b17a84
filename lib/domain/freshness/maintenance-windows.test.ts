import { describe, expect, test } from 'vitest'
import type { MaintenanceWindow } from './facts.ts'
import { workParts } from './maintenance-windows.ts'
import { NEVER } from './policies/policy-kind.ts'

const work = (from: number, to: number | null): MaintenanceWindow => ({ from, to, kind: 'maintenance' })
const pause = (from: number, to: number | null): MaintenanceWindow => ({ from, to, kind: 'paused' })

describe('windows', () => {
  test('come in order, whatever the order they are given in', () => {
    expect(workParts([work(50, 60), work(10, 20)]).map((part) => part.from)).toEqual([10, 50])
  })

  test('that overlap or touch are one piece of work', () => {
    expect(workParts([work(10, 30), work(20, 40), work(40, 50)]).map((part) => part.workFrom)).toEqual([10, 10, 10, 10])
    expect(workParts([work(10, 20), work(21, 30)]).map((part) => part.workFrom)).toEqual([10, 21])
  })

  test('paused wins where both apply', () => {
    expect(workParts([work(10, 40), pause(20, 30)]).map((part) => [part.from, part.to, part.kind])).toEqual([
      [10, 20, 'maintenance'],
      [20, 30, 'paused'],
      [30, 40, 'maintenance'],
    ])
  })

  test('may be open', () => {
    expect(workParts([pause(10, null)])).toEqual([{ from: 10, to: NEVER, kind: 'paused', workFrom: 10 }])
  })

  test('without length are none', () => {
    expect(workParts([work(10, 10), work(20, 15)])).toEqual([])
  })

  test('at every moment say what a look at each of them would', () => {
    const windows = Array.from({ length: 60 }, (_, i) => {
      const from = (i * 37) % 200
      return (i % 3 === 0 ? pause : work)(from, i === 7 ? null : from + ((i * 13) % 29))
    })
    const parts = workParts(windows)
    for (let at = 0; at < 240; at += 1) {
      const kinds = windows.filter(({ from, to }) => from <= at && at < (to ?? NEVER)).map(({ kind }) => kind)
      const expected = kinds.length === 0 ? undefined : kinds.includes('paused') ? 'paused' : 'maintenance'
      expect(parts.filter(({ from, to }) => from <= at && at < to).map(({ kind }) => kind)).toEqual(
        expected === undefined ? [] : [expected],
      )
    }
  })
})
