import { describe, expect, it } from 'vitest'
import type { RunView } from '#lib/queries/run-page.ts'
import { runInWords } from './run.ts'

function aRun(given: Partial<RunView>): RunView {
  return {
    id: '1',
    flow: 'term',
    trigger: 'manual',
    state: 'running',
    attempt: 1,
    scheduledFor: 0,
    startedAt: 0,
    endedAt: null,
    cancelAt: null,
    waitingFor: null,
    progressDone: null,
    progressTotal: null,
    etaAt: null,
    rowsLoaded: 0,
    rowsRejected: 0,
    problem: null,
    tasks: [],
    log: [],
    summary: null,
    parameters: {},
    requestedBy: null,
    logOmitted: 0,
    ...given,
  }
}

const step = (name: string, attempt = 1) => ({
  attempt,
  name,
  state: 'running' as const,
  tries: 1,
  startedAt: 0,
  endedAt: null,
  problem: null,
})

describe('a run in words', () => {
  it.each<[Partial<RunView>, string]>([
    [{ state: 'scheduled' }, 'term: scheduled'],
    [{ state: 'overdue' }, 'term: overdue, no worker has taken it yet: is one running?'],
    [{ tasks: [step('extract')], progressDone: 50, progressTotal: 200 }, 'term: running, extract, 50 of 200 (25 %)'],
    [{ attempt: 2, tasks: [step('extract', 1), step('load', 2)], progressDone: 5 }, 'term: running (attempt 2), load, 5 done'],
    [{ waitingFor: 'retry at 12:00' }, 'term: running, waiting: retry at 12:00'],
    [{ cancelAt: 1 }, 'term: cancelling'],
    [{ state: 'completed', endedAt: 90_000, rowsLoaded: 12 }, 'term: completed after 1 min 30 s, 12 rows.'],
    [{ state: 'partial', endedAt: 1000, rowsLoaded: 9, rowsRejected: 1 }, 'term: partial after 1 s, 9 rows, 1 put aside.'],
    [{ state: 'failed', startedAt: null, problem: 'The source did not answer.' }, 'term: failed, 0 rows. The source did not answer.'],
  ])('%j is "%s"', (given, words) => {
    expect(runInWords(aRun(given))).toBe(words)
  })
})
