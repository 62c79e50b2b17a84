import { describe, expect, it } from 'vitest'
import { clocksMoved, endOfWork, type RunReport, rejectedShare, runReportSchema } from './run-outcome.ts'

const report = (more: Partial<RunReport> = {}): RunReport => ({ rowsSeen: 100, counts: {}, rowsByAsset: {}, incomplete: null, ...more })

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
