import { expect, it } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { endOfRun, type WorkRecord, whyNothingIsPromised, workInWords } from './work-record.ts'

const work = (more: Partial<WorkRecord> = {}): WorkRecord => ({
  name: 'term',
  durationsMs: [MINUTE_MS],
  ends: [],
  downConnections: [],
  ...more,
})
const failing = (problem: string | null) => Array.from({ length: 3 }, () => ({ state: 'failed' as const, problem }))

it('a run ends when it has taken as long as the middle of the last successes', () => {
  expect(endOfRun(work({ durationsMs: [9, 1, 2].map((n) => n * MINUTE_MS) }), 1000)).toEqual({ endsAt: 1000 + 2 * MINUTE_MS })
})

it('no end is known of what has never succeeded', () => {
  expect(endOfRun(work({ durationsMs: [] }), 0)).toEqual({
    because: 'no run of term has succeeded yet, so nobody knows how long one takes',
  })
})

it('no end is known of what has succeeded without anybody knowing since when it ran', () => {
  expect(endOfRun(work({ durationsMs: [], ends: [{ state: 'completed', problem: null }] }), 0)).toEqual({
    because: 'no run of term that began at a known time has succeeded, so nobody knows how long one takes',
  })
})

it('nothing is promised of what keeps failing, told in its own words, on one line', () => {
  const because = 'the last 3 runs of term failed in the same way: No answer. Ask Ada.'
  expect(endOfRun(work({ ends: failing('No answer.\nAsk Ada.') }), 0)).toEqual({ because })
  expect(whyNothingIsPromised(work({ ends: failing(null) }))).toBe('the last 3 runs of term failed in the same way')
  expect(whyNothingIsPromised(work({ ends: failing('no').slice(1) }))).toBeNull()
})

it('a job is told of by the name that its system gives it, with what assets name it by', () => {
  const job = work({ name: 'dbt/70403', called: 'Nightly build', ends: failing('no') })
  expect(whyNothingIsPromised(job)).toBe('the last 3 runs of Nightly build (dbt/70403) failed in the same way: no')
  const isNew = work({ name: 'dbt/70403', called: 'Nightly build', durationsMs: [] })
  expect(endOfRun(isNew, 0)).toMatchObject({ because: expect.stringMatching(/^no run of Nightly build \(dbt\/70403\) has succeeded yet/) })
  expect([work(), job, work({ called: null })].map(workInWords)).toEqual(['term', 'Nightly build (dbt/70403)', 'term'])
})
