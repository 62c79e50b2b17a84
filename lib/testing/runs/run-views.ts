import type { ListedRun } from '#lib/queries/api/answers.ts'
import type { TaskRow } from '#lib/queries/runs/run-rows.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'

export function aRunView(given: Partial<RunView> = {}): RunView {
  const { orderReason: _reason, system: _system, jobName: _jobName, url: _url, ...run } = aListedRun()
  return {
    ...run,
    now: 0,
    tasks: [],
    tasksOmitted: 0,
    counters: {},
    summary: null,
    parameters: {},
    reportedAt: null,
    logLines: 0,
    waitsForRun: null,
    job: null,
    orders: [],
    ...given,
  }
}

export function aListedRun(given: Partial<ListedRun> = {}): ListedRun {
  return {
    id: '1',
    flow: 'term',
    trigger: 'manual',
    state: 'running',
    isDryRun: false,
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
    requestedBy: null,
    orderReason: null,
    system: null,
    jobName: null,
    url: null,
    leaseUntil: null,
    ...given,
  }
}

export function aStep(name: string, given: Partial<TaskRow> = {}): TaskRow {
  return { attempt: 1, name, state: 'running', tries: 1, startedAt: 0, endedAt: null, problem: null, waits: [], ...given }
}
