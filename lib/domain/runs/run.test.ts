import { describe, expect, it } from 'vitest'
import { isClaimable, isEnded, isFailure, isGood, RUN_STATES } from './run.ts'

describe('what an end counts as', () => {
  it('is the end for all but those that wait, run or go on after a crash', () => {
    expect(RUN_STATES.filter((state) => !isEnded(state))).toEqual(['scheduled', 'overdue', 'running', 'crashed'])
  })

  it('is good only when the work was done', () => {
    expect(RUN_STATES.filter(isGood)).toEqual(['completed', 'partial'])
  })

  it('is a failure when it was tried and did not get there', () => {
    expect(RUN_STATES.filter(isFailure)).toEqual(['failed', 'timed-out', 'cancelled', 'crashed'])
  })

  it('can be claimed while it waits for a worker', () => {
    expect(RUN_STATES.filter(isClaimable)).toEqual(['scheduled', 'overdue', 'crashed'])
  })

  it('is never both good and a failure', () => {
    expect(RUN_STATES.some((state) => isGood(state) && isFailure(state))).toBe(false)
  })
})
