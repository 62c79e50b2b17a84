import { describe, expect, it } from 'vitest'
import type { RunView } from '#lib/queries/runs/run-view.ts'
import { aListedRun, aRunView, aStep } from '#lib/testing/runs/run-views.ts'
import { logLineInWords, runInWords, runListInWords } from './in-words.ts'

describe('a run in words', () => {
  it.each<[Partial<RunView>, string]>([
    [{ state: 'scheduled' }, 'term: scheduled'],
    [{ state: 'overdue' }, 'term: overdue, no worker has taken it yet: is one running?'],
    [{ tasks: [aStep('extract')], progressDone: 50, progressTotal: 200 }, 'term: running, extract, 50 of 200 (25 %)'],
    [{ progressDone: 1234, progressTotal: 1200 }, 'term: running, 1,234 of 1,200 (100 %)'],
    [{ attempt: 2, tasks: [aStep('extract'), aStep('load', { attempt: 2 })], progressDone: 5 }, 'term: running (attempt 2), load, 5 done'],
    [{ waitingFor: 'retry at 12:00' }, 'term: running, waiting: retry at 12:00'],
    [{ cancelAt: 1 }, 'term: cancelling'],
    [{ state: 'completed', endedAt: 90_000, rowsLoaded: 12 }, 'term: completed after 1 min 30 s, 12 rows.'],
    [{ state: 'cancelled', cancelAt: 1, endedAt: 1000 }, 'term: cancelled after 1 s, 0 rows.'],
    [{ state: 'partial', endedAt: 1000, rowsLoaded: 9, rowsRejected: 1 }, 'term: partial after 1 s, 9 rows, 1 put aside.'],
    [{ state: 'failed', startedAt: null, problem: 'The source did not answer.' }, 'term: failed, 0 rows. The source did not answer.'],
  ])('%j is "%s"', (given, words) => {
    expect(runInWords(aRunView(given))).toBe(words)
  })
})

describe('a line of the log', () => {
  const line = { id: 1, attempt: 1, at: Date.parse('2026-11-20T07:04:05Z'), message: 'Term 2267' }

  it('has its local time, and its level where it matters', () => {
    expect(logLineInWords({ ...line, level: 'info' }, 'America/New_York')).toBe('02:04:05  Term 2267')
    expect(logLineInWords({ ...line, level: 'warn' }, 'UTC')).toBe('07:04:05  warn: Term 2267')
  })

  it('cannot move the cursor of a terminal', () => {
    expect(logLineInWords({ ...line, level: 'info', message: 'a\u001B[2Jb\r\nc' }, 'UTC')).toBe('07:04:05  a [2Jb c')
  })
})

describe('a list of runs', () => {
  it('stands in columns, with what was wrong below', () => {
    const at = Date.parse('2026-11-20T07:00:00Z')
    const runs = [
      aListedRun({ id: 'a', flow: 'person', startedAt: at, progressDone: 20_800, progressTotal: 40_000 }),
      aListedRun({ id: 'b', state: 'scheduled', scheduledFor: at, startedAt: null, waitingFor: 'Waits for another run of this flow.' }),
      aListedRun({
        id: 'c',
        state: 'partial',
        startedAt: at,
        endedAt: at + 4000,
        rowsLoaded: 1200,
        rowsRejected: 3,
        problem: 'One term failed.',
      }),
    ]
    expect(runListInWords(runs, 'America/New_York', at + 90_000)).toEqual([
      'running    person  2026-11-20 02:00  1 min 30 s   20,800 of 40,000 (52 %)  a',
      'scheduled  term    2026-11-20 02:00  not started                           b',
      '    Waits for another run of this flow.',
      'partial    term    2026-11-20 02:00  4 s          1,200 rows, 3 put aside  c',
      '    One term failed.',
    ])
  })
})
