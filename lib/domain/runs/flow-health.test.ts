import { describe, expect, it } from 'vitest'
import { FLOW_HEALTHS, flowHealth } from './flow-health.ts'
import { RUN_STATES } from './run.ts'

describe('the health of a flow', () => {
  it.each(RUN_STATES)('has a word for a latest run that is %s', (last) => {
    const health = flowHealth({ last, isRunning: false, isPaused: false })
    const good = { completed: 'completed', partial: 'partial', scheduled: 'never' }
    expect(health).toBe(Object.entries(good).find(([state]) => state === last)?.[1] ?? 'failed')
    expect(FLOW_HEALTHS).toContain(health)
  })

  it('is running before anything else, then paused', () => {
    expect(flowHealth({ last: 'failed', isRunning: true, isPaused: true })).toBe('running')
    expect(flowHealth({ last: 'failed', isRunning: false, isPaused: true })).toBe('paused')
    expect(flowHealth({ last: null, isRunning: false, isPaused: false })).toBe('never')
  })
})
