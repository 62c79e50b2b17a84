import { describe, expect, it } from 'vitest'
import type { RunState } from '#lib/domain/runs/run.ts'
import { reloadedBy, type StepSigns, stepInWords } from './order-words.ts'

describe('who ordered what', () => {
  it.each([
    ['Ada', 'SAP is back', 'Reloaded by Ada: SAP is back'],
    ['Ada', null, 'Reloaded by Ada.'],
    [null, '', 'Reloaded.'],
  ])('%s, %s', (orderedBy, reason, words) => expect(reloadedBy({ orderedBy, reason })).toBe(words))
})

describe('where a step stands', () => {
  const step = (state: StepSigns['state'], run: RunState | null, given: { startedAt?: number; cancelAt?: number } = {}) =>
    stepInWords({ state, run: run === null ? null : { state: run, startedAt: null, cancelAt: null, ...given } })

  it('is not running without a worker', () => {
    expect(step('waiting', null)).toBe('waits for its turn')
    expect(step('running', 'scheduled')).toBe('waits for a worker')
    expect(step('running', 'running', { startedAt: 1 })).toBe('runs')
    expect(step('running', 'crashed', { startedAt: 1 })).toBe('has lost its worker')
    expect(step('running', 'scheduled', { startedAt: 1 })).toBe('waits for a worker')
  })

  it('is done only once what follows from its run is noted', () => {
    expect(step('running', 'completed', { startedAt: 1 })).toBe('has ended')
    expect([step('done', 'completed'), step('done', 'partial'), step('failed', 'failed')]).toEqual(['done', 'done in part', 'failed'])
  })

  it('is not called cancelled while its run goes on', () => {
    expect(step('cancelled', 'running', { cancelAt: 2 })).toBe('is being stopped')
    expect(step('running', 'running', { cancelAt: 2 })).toBe('is being stopped')
    expect(step('cancelled', 'running')).toBe('no longer waited for; the run goes on for others')
    expect(step('cancelled', 'cancelled', { cancelAt: 2 })).toBe('cancelled')
    expect(step('skipped', null)).toBe('not begun')
  })
  it('of a job goes by its run in the other system, which goes on there whatever becomes of the order', () => {
    const job = (state: StepSigns['state'], run: RunState | null) =>
      stepInWords({ state, run: null, job: 'dbt/7', external: run === null ? null : { state: run } })
    const going = [null, 'scheduled', 'running', 'completed'] as const
    expect(going.map((run) => job('running', run))).toEqual(['is being started', 'waits to begin', 'runs', 'has ended'])
    expect([job('waiting', null), job('done', 'completed'), job('done', 'partial')]).toEqual(['waits for its turn', 'done', 'done in part'])
    for (const state of ['cancelled', 'failed'] as const) {
      expect(job(state, 'running')).toBe('no longer waited for; its run goes on in dbt')
      expect([job(state, 'crashed'), job(state, null)]).toEqual([state, state])
    }
  })

  it.each([
    ['running', 'is looked for, since it may have begun'],
    ['cancelled', 'no longer waited for; its run may have begun in dbt'],
    ['failed', 'no longer waited for; its run may have begun in dbt'],
    ['waiting', 'waits for its turn'],
  ] as const)('of a job that may have begun, and that nobody has seen, says so while %s', (state, words) => {
    expect(stepInWords({ state, run: null, job: 'dbt/7', external: null, mayHaveBegun: true })).toBe(words)
    expect(stepInWords({ state: 'done', run: null, job: 'dbt/7', external: { state: 'completed' }, mayHaveBegun: true })).toBe('done')
  })
})
