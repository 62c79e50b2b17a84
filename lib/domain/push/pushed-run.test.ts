import { describe, expect, it } from 'vitest'
import { tidyRun } from '#lib/domain/runs/external-run.ts'
import { connectionOfNamespace, outcomeOf, pushedJob, toExternalId } from './pushed-run.ts'
import { addEvent, EMPTY_RUN, type RunEvent, type ToldData } from './told-run.ts'

const event = (type: RunEvent['type'], at: number, own: Partial<RunEvent> = {}): RunEvent => ({
  ...{ type, at, isStreaming: null, nominal: null, error: null, through: null, parent: null, jobType: null, url: null },
  ...{ inputs: [], outputs: [] },
  ...own,
})
const outcome = (...events: RunEvent[]) => outcomeOf(events.reduce(addEvent, EMPTY_RUN))
const rows = (name: string, count: number): ToldData => ({ namespace: 'lake', name, rows: count, lifecycle: null, writtenAt: null })

describe('a run of which events tell', () => {
  it.each([
    ['COMPLETE', 'completed'],
    ['FAIL', 'failed'],
    ['ABORT', 'cancelled'],
  ] as const)('ends with %s as %s', (end, state) => {
    expect(outcome(event('START', 10), event(end, 20))).toMatchObject({ state, startedAt: 10, endedAt: 20, attempt: 1 })
  })

  it('runs from its start on, or from the first word that it does', () => {
    expect(outcome(event('START', 10))).toMatchObject({ state: 'running', startedAt: 10, endedAt: null })
    expect(outcome(event('RUNNING', 15), event('RUNNING', 12))).toMatchObject({ state: 'running', startedAt: 12 })
    expect(outcome(event('RUNNING', 12), event('COMPLETE', 20))).toMatchObject({ state: 'completed', startedAt: 12 })
  })

  it('that is only described is none', () => {
    expect(outcome(event('OTHER', 10))).toBeNull()
  })

  it('has failed when it says so after it had completed, and goes on when it begins again', () => {
    const failed = [event('START', 10), event('COMPLETE', 20), event('FAIL', 21, { error: 'disk full' })]
    expect(outcome(...failed)).toMatchObject({ state: 'failed', error: 'disk full', endedAt: 21 })
    const again = outcome(...failed, event('START', 30))
    expect(again).toMatchObject({ state: 'running', attempt: 2, startedAt: 30, endedAt: null, error: null })
  })

  it('says what went wrong in the words of its end, else of any other of its events; of nothing when it went well', () => {
    const said = event('OTHER', 15, { error: 'out of memory' })
    expect(outcome(said, event('FAIL', 20))?.error).toBe('out of memory')
    expect(outcome(said, event('FAIL', 20, { error: 'exit code 1' }))?.error).toBe('exit code 1')
    expect(outcome(said, event('COMPLETE', 20))?.error).toBeNull()
  })

  it('counts the rows of all it wrote, and lies where its schedule meant it to begin', () => {
    const told = outcome(
      event('START', 10, { nominal: { start: 5, end: 9 } }),
      event('COMPLETE', 20, { outputs: [rows('a', 3), rows('b', 4)] }),
    )
    expect(told).toMatchObject({ rows: 7, scheduledAt: 9 })
    expect(outcome(event('START', 10), event('COMPLETE', 20))).toMatchObject({ rows: null, scheduledAt: null })
  })
})

describe('what others call a job', () => {
  it.each([
    [{ namespace: 'airflow', job: 'dag.load' }, 'airflow/dag.load'],
    [{ namespace: 'spark://host:7077', job: 'a/b' }, 'spark:%2F%2Fhost:7077/a/b'],
    [{ namespace: '100%2F', job: 'a' }, '100%252F/a'],
  ])('%j is %s among the jobs of a connection', (name, job) => {
    expect(pushedJob(name)).toBe(job)
  })

  it('is never what another one is called', () => {
    expect(pushedJob({ namespace: 'a/b', job: 'c' })).not.toBe(pushedJob({ namespace: 'a', job: 'b/c' }))
    expect(toExternalId('1', 'aaaaaaaa-1')).not.toBe(toExternalId('1', 'bbbbbbbb-1'))
  })

  it('may have a number as long as a heartbeat may, and is kept', () => {
    const run = { job: 'heartbeat/orders', externalId: toExternalId('x'.repeat(300), 'aaaaaaaa-1'), state: 'running' as const }
    const times = { scheduledAt: null, startedAt: 10, endedAt: null, error: null, rows: null, url: null }
    expect(tidyRun({ ...run, ...times }, { by: 'push:heartbeat', at: 10, now: 20 })?.externalId).toMatch(/x~aaaaaaaa$/)
  })

  it('belongs to the connection of its namespace, else to the one that takes the rest', () => {
    const rest = { key: 'rest', namespace: null }
    const connections = [rest, { key: 'flows', namespace: 'airflow' }]
    expect([connectionOfNamespace('airflow', connections), connectionOfNamespace('spark', connections)]).toEqual(['flows', 'rest'])
    expect(connectionOfNamespace('spark', connections.slice(1))).toBeNull()
  })
})
