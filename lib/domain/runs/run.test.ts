import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  clocksMoved,
  endOfWork,
  hungAfterMs,
  hungAt,
  isClaimable,
  isEnded,
  isFailure,
  isGood,
  RUN_STATES,
  type RunReport,
  rejectedShare,
  runReportSchema,
  typicalDurationMs,
} from './run.ts'

const report = (more: Partial<RunReport> = {}): RunReport => ({ rowsSeen: 100, counts: {}, rowsByAsset: {}, incomplete: null, ...more })

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

describe('the end of a flow that returned', () => {
  it('is completed when every row was taken', () => {
    expect(endOfWork(report(), 0)).toBe('completed')
  })

  it('is completed on a good load with nothing new', () => {
    expect(endOfWork(report({ rowsSeen: 0 }), 0)).toBe('completed')
  })

  it('is partial with a single refused row', () => {
    expect(endOfWork(report(), 1)).toBe('partial')
  })

  it('is partial when a part was left out', () => {
    expect(endOfWork(report({ incomplete: 'term 2261 could not be read' }), 0)).toBe('partial')
  })
})

describe('the clocks an ended run moves', () => {
  const run = { rowsWritten: 12, rowsSeen: 1000, rowsRejected: 0, incomplete: null, rejectTolerance: 0.01 }

  it('moves loadedAt when completed', () => {
    expect(clocksMoved({ ...run, state: 'completed' })).toEqual(['loadedAt'])
  })

  it('moves both when partial within the tolerance, the tolerance itself included', () => {
    expect(clocksMoved({ ...run, state: 'partial', rowsRejected: 10 })).toEqual(['writtenAt', 'loadedAt'])
  })

  it('moves only writtenAt beyond the tolerance', () => {
    expect(clocksMoved({ ...run, state: 'partial', rowsRejected: 11 })).toEqual(['writtenAt'])
  })

  it('moves only writtenAt when a part of the work was left out', () => {
    expect(clocksMoved({ ...run, state: 'partial', incomplete: 'term 2261' })).toEqual(['writtenAt'])
  })

  it('never moves writtenAt without a row written, however it ended', () => {
    const nothing = { ...run, rowsWritten: 0 }
    expect(clocksMoved({ ...nothing, state: 'completed' })).toEqual(['loadedAt'])
    expect(clocksMoved({ ...nothing, state: 'partial', rowsRejected: 10 })).toEqual(['loadedAt'])
    expect(clocksMoved({ ...nothing, state: 'partial', rowsRejected: 999 })).toEqual([])
    expect(clocksMoved({ ...nothing, state: 'partial', incomplete: 'term 2261' })).toEqual([])
    expect(clocksMoved({ ...nothing, state: 'completed', moves: 'writtenAt' })).toEqual([])
  })

  it('moves nothing after a dry run, and never loadedAt where only a few rows were loaded', () => {
    for (const state of ['completed', 'partial'] as const) {
      expect(clocksMoved({ ...run, state, moves: 'nothing' })).toEqual([])
      expect(clocksMoved({ ...run, state, moves: 'writtenAt' })).toEqual(['writtenAt'])
    }
    expect(clocksMoved({ ...run, state: 'failed', moves: 'writtenAt' })).toEqual([])
  })

  it.each(['failed', 'timed-out', 'cancelled', 'crashed', 'missed', 'running', 'scheduled', 'overdue'] as const)(
    'moves nothing when %s',
    (state) => {
      expect(clocksMoved({ ...run, state })).toEqual([])
    },
  )
})

describe('the rejected share', () => {
  it('is nothing of nothing', () => {
    expect(rejectedShare(0, 0)).toBe(0)
  })

  it('is everything when only refused rows were counted', () => {
    expect(rejectedShare(0, 5)).toBe(1)
    expect(rejectedShare(3, 5)).toBe(1)
  })

  it('is refused rows by rows seen', () => {
    expect(rejectedShare(200, 2)).toBe(0.01)
  })
})

describe('hung runs', () => {
  it('knows no typical duration without runs', () => {
    expect(typicalDurationMs([])).toBeNull()
  })

  it('takes the middle, not the mean', () => {
    expect(typicalDurationMs([1, 100, 3])).toBe(3)
    expect(typicalDurationMs([1, 3, 5, 100])).toBe(4)
  })

  it('waits half the timeout while nothing is known', () => {
    expect(hungAfterMs(null, 4 * HOUR_MS)).toBe(2 * HOUR_MS)
  })

  it('waits three times what is typical', () => {
    expect(hungAfterMs(10 * MINUTE_MS, 4 * HOUR_MS)).toBe(30 * MINUTE_MS)
  })

  it('gives a run of seconds a minute', () => {
    expect(hungAfterMs(2000, 4 * HOUR_MS)).toBe(MINUTE_MS + 2000)
  })

  it('never waits longer than the timeout', () => {
    expect(hungAfterMs(3 * HOUR_MS, 4 * HOUR_MS)).toBe(4 * HOUR_MS)
  })

  it('counts from the start', () => {
    expect(hungAt(1_000_000, [10 * MINUTE_MS], 4 * HOUR_MS)).toBe(1_000_000 + 30 * MINUTE_MS)
  })
})

describe('what a run reports', () => {
  it('reads a stored report and fills in what older ones lack', () => {
    expect(runReportSchema.parse({ rowsSeen: 3, counts: { terms: 2, note: 'idle' } })).toEqual(
      report({ rowsSeen: 3, counts: { terms: 2, note: 'idle' } }),
    )
  })

  it('refuses a negative count', () => {
    expect(runReportSchema.safeParse({ rowsSeen: -1, counts: {} }).success).toBe(false)
  })
})
