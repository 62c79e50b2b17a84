import { describe, expect, it } from 'vitest'
import { FLOW_STANDINGS, flowStanding } from './flow-health.ts'
import { RUN_STATES } from './run.ts'

describe('the standing of a flow', () => {
  it.each(RUN_STATES)('has a word for a latest run that is %s', (last) => {
    const standing = flowStanding({ last, isRunning: false, isPaused: false })
    const good = { completed: 'completed', partial: 'partial', scheduled: 'never' }
    expect(standing).toBe(Object.entries(good).find(([state]) => state === last)?.[1] ?? 'failed')
    expect(FLOW_STANDINGS).toContain(standing)
  })

  it('is running before anything else, then paused', () => {
    expect(flowStanding({ last: 'failed', isRunning: true, isPaused: true })).toBe('running')
    expect(flowStanding({ last: 'failed', isRunning: false, isPaused: true })).toBe('paused')
    expect(flowStanding({ last: null, isRunning: false, isPaused: false })).toBe('never')
  })
})
