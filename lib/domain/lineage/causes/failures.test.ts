import { expect, test } from 'vitest'
import type { RunState } from '#lib/domain/runs/run.ts'
import { failuresAt, type RunSign } from './failures.ts'

/** The newest first, one an hour: the first lies at 9. */
const runs = (...states: (RunState | Partial<RunSign>)[]): RunSign[] =>
  states.map((given, index) => ({
    ...{ state: 'running', placedAt: 9 - index, hungAt: null, saysWhy: false },
    ...(typeof given === 'string' ? { state: given, saysWhy: true } : given),
  }))

test.each<[string, RunSign[], ReturnType<typeof failuresAt>]>([
  ['nothing ran', [], null],
  ['the last went well', runs('completed', 'failed'), null],
  ['a part of the last went well', runs('partial', 'failed'), null],
  ['the last failed', runs('failed', 'completed', 'failed'), { since: 9, saysWhy: true }],
  ['all did, in whatever way', runs('failed', 'timed-out', 'crashed', 'cancelled', { state: 'missed' }), { since: 5, saysWhy: true }],
  ['the last never began', runs({ state: 'missed' }, 'failed'), { since: 8, saysWhy: false }],
  ['one goes on after it', runs('running', 'failed', 'completed'), { since: 8, saysWhy: true }],
  ['the first ended later than it began', runs('failed', { state: 'failed', endedAt: 8.5 }), { since: 8, failedAt: 8.5, saysWhy: true }],
  ['one waits', runs('scheduled', 'overdue', 'completed'), null],
  ['one hangs by now', runs({ hungAt: 20 }, 'completed'), { since: 9, saysWhy: false }],
  ['one will hang', runs({ hungAt: 21 }, 'completed'), null],
])('the failures of a flow where %s', (_, given, expected) => {
  expect(failuresAt(given, 20)).toEqual(expected)
})
