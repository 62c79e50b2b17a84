import { describe, expect, it } from 'vitest'
import { aListedRun } from '#lib/testing/runs/run-views.ts'
import { lastRunInWords, rowsInWords, runIcon, runStateInWords } from './run-labels.ts'

const dry = (given: Parameters<typeof aListedRun>[0]) => aListedRun({ isDryRun: true, ...given })

describe('a dry run', () => {
  it('has a word and a mark of its own, however it ends', () => {
    const ends = (['completed', 'partial', 'failed', 'cancelled', 'running'] as const).map((state) => dry({ state }))
    expect(ends.map(runStateInWords)).toEqual(['Dry run', 'Dry run, partial', 'Dry run, failed', 'Dry run, cancelled', 'Dry run, running'])
    expect(new Set(ends.map(runIcon))).toEqual(new Set(['dry']))
  })

  it('says that nothing changed, not how many rows it loaded', () => {
    expect(rowsInWords(dry({ endedAt: 1, rowsLoaded: 1724 }))).toBe('nothing changed')
    expect(rowsInWords(dry({ endedAt: 1, rowsRejected: 1400 }))).toBe('nothing changed, 1,400 would be put aside')
    expect(rowsInWords(dry({ endedAt: null, rowsRejected: 2 }))).toBe('2 would be put aside')
    expect(rowsInWords(dry({ endedAt: null }))).toBeNull()
  })

  it('is told from a load', () => {
    const load = aListedRun({ state: 'completed', endedAt: 1, rowsLoaded: 1724 })
    expect([runStateInWords(load), runIcon(load), rowsInWords(load)]).toEqual(['Completed', 'fresh', '1,724 rows'])
  })
})

describe('a last run', () => {
  it('is said unless it completed', () => {
    expect(lastRunInWords('completed')).toBeNull()
    expect((['partial', 'failed', 'timed-out', 'cancelled', 'crashed'] as const).map(lastRunInWords)).toEqual([
      'Last run partial',
      'Last run failed',
      'Last run timed out',
      'Last run cancelled',
      'Last run crashed',
    ])
  })
})
