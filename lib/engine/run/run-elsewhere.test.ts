import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowResult } from '#lib/engine/flow.ts'
import { NO_JOB } from '#lib/engine/job-elsewhere.ts'
import { NO_LAKE } from '#lib/engine/lake/no-lake.ts'
import { result, runHarness } from '#lib/testing/runs/run-harness.ts'
import { RunStopped } from './stop.ts'

const AT = Date.parse('2026-03-01T06:00:00Z')
const done = (state: NonNullable<FlowResult['ended']>['state'], problem: string | null): FlowResult => ({
  ...{ rowsLoaded: 7, rowsSeen: 7, summary: {} },
  ended: { state, at: AT, problem },
})

describe('a run whose work another system has done', () => {
  it.each([
    ['completed', null, { rowsLoaded: 7, report: { rowsSeen: 7, incomplete: null } }],
    ['partial', 'two shops were left out', { rowsLoaded: 7, report: { incomplete: 'two shops were left out' } }],
    ['failed', 'disk full', { rowsLoaded: 0, report: null }],
    ['timed-out', 'too slow', { rowsLoaded: 0, report: null }],
    ['cancelled', 'by Ada', { rowsLoaded: 0, report: null }],
  ] as const)('ends %s as that says, when that says: %s', async (state, problem, more) => {
    const { start } = runHarness()
    expect(await start(async () => done(state, problem))).toMatchObject({ state, problem, endedAt: AT, internalProblem: null, ...more })
  })

  it('says where nobody counted the rows', async () => {
    const { start } = runHarness()
    expect(await start(async () => ({ ...done('completed', null), isUncounted: true }))).toMatchObject({ report: { isUncounted: true } })
    expect((await start(async () => result)).report).not.toHaveProperty('isUncounted')
  })

  it('that is stopped ends as it was stopped', async () => {
    const { start, control } = runHarness()
    const end = start(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))))
    control.abort(new RunStopped('cancelled'))
    expect(await end).toMatchObject({ state: 'cancelled', problem: 'The run was cancelled.' })
  })
})

describe('a flow that works here', () => {
  it('has no job elsewhere, and one that works elsewhere no lake', async () => {
    const says = (asked: Promise<unknown>) => asked.catch((error: TidemarkError) => error.publicMessage)
    expect(await says(NO_JOB.start({}))).toBe('This flow runs no job of another system.')
    expect(await says(NO_JOB.end(() => {}))).toBe('This flow runs no job of another system.')
    for (const asked of [NO_LAKE.query('select 1'), NO_LAKE.applySchema('x.sql'), NO_LAKE.once('a', 'b', async () => 1)])
      expect(await says(asked)).toBe('This flow loads nothing into the lake itself.')
    await NO_LAKE.close()
  })

  it('opens the lake, and one that needs none runs without', async () => {
    const none = new TidemarkError('unavailable', { publicMessage: 'No lake.' })
    const lake = () => Promise.reject(none)
    expect(await runHarness({ lake }).start(async () => result)).toMatchObject({ state: 'failed', problem: 'No lake.' })
    expect(await runHarness({ lake, flow: { needsNoLake: true } }).start(async () => result)).toMatchObject({ state: 'completed' })
  })
})
