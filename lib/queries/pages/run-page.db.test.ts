import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import type { LogEntry } from '#lib/engine/run/ledger.ts'
import { getFlowParameters } from '#lib/queries/runs/flow-parameters.ts'
import { getRunLog, LOG_PART, WHOLE_LOG } from '#lib/queries/runs/run-log.ts'
import { getRunRejections, REJECTIONS_PAGE } from '#lib/queries/runs/run-rejections.ts'
import { TASKS_SHOWN } from '#lib/queries/runs/run-rows.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { getRunPage } from './run-page.ts'

const NOBODY = '00000000-0000-4000-8000-000000000000'
const NO_QUESTION = { log: WHOLE_LOG, rejections: { group: null, page: 1 } }
let database: TestDatabase
let ctx: Context
let run: ClaimedRun
const clock = new FakeClock('2026-11-20T12:00:00Z')

async function begin(flow: string): Promise<ClaimedRun> {
  const { runId } = await requestRun(ctx, { flow, parameters: { terms: ['2267'] }, requestedBy: 'ada' })
  const claimed = await claimRun(ctx, { runId, owner: 'worker-1' })
  if (claimed === null) throw new Error('the run could not be claimed')
  return claimed
}

const line = (message: string, level: LogEntry['level'] = 'info'): LogEntry => ({ at: clock.now(), level, message })

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
  await insertFlow(ctx, { name: 'term', cron: '0 1 * * *' })
  run = await begin('course')
})
afterAll(() => database.drop())

describe('a run as it goes', () => {
  test('shows counters, rejections so far, signs of life and steps with their waits', async () => {
    const ledger = runLedger(ctx, run)
    await ledger.startTask({ name: 'fetch', at: clock.now() })
    await ledger.taskWaits({ name: 'fetch', at: clock.now(), tries: 1, until: clock.now() + 5000, problem: 'Busy.' })
    await ledger.counters({ terms: { requested: 12, returned: 11 } })
    await ledger.progress({ done: 3, total: 12, etaAt: clock.now() + 60_000 })
    await ledger.reject([{ at: clock.now(), task: 'fetch', key: 'a1b2c3d4e5f6', reason: 'no name' }])
    await clock.advance(4000)
    await ledger.log([line('still here')])
    await clock.advance(1000)
    const view = await getRunView(ctx, run.runId)
    expect(view).toMatchObject({
      now: clock.now(),
      state: 'running',
      counters: { terms: { requested: 12, returned: 11 } },
      rowsRejected: 1,
      leaseUntil: clock.now() - 5000 + 30_000,
      reportedAt: clock.now() - 1000,
      requestedBy: 'ada',
      parameters: { terms: ['2267'] },
      tasksOmitted: 0,
      logLines: 1,
    })
    const from = clock.now() - 5000
    expect(view?.tasks).toMatchObject([
      { name: 'fetch', state: 'running', tries: 1, problem: 'Busy.', waits: [{ from, until: from + 5000 }] },
    ])
  })

  test('names no run by an id that is nobody’s', async () => {
    expect(await getRunView(ctx, NOBODY)).toBeNull()
    expect(await getRunPage(ctx, NOBODY, NO_QUESTION)).toBeNull()
  })

  test('shows a bounded number of steps: those that run, those that failed, then the newest', async () => {
    const other = await begin('term')
    await ctx.pool.query(
      `insert into run_task (run_id, attempt, name, state, started_at)
       select $1, 1, 'step ' || i, case i when 1 then 'running' when 2 then 'failed' else 'completed' end, $2::timestamptz + i * interval '1 s'
       from generate_series(1, $3::int + 10) i`,
      [other.runId, new Date(clock.now()), TASKS_SHOWN],
    )
    const view = await getRunView(ctx, other.runId)
    expect(view?.tasksOmitted).toBe(10)
    expect(view?.tasks.slice(0, 3).map((task) => task.name)).toEqual(['step 1', 'step 2', 'step 13'])
    expect(view?.tasks.at(-1)?.name).toBe(`step ${TASKS_SHOWN + 10}`)
  })
})

describe('the log of a run', () => {
  const lines = LOG_PART + 20
  let logged: string

  beforeAll(async () => {
    await ctx.pool.query('delete from run_log where run_id = $1', [run.runId])
    logged = run.runId
    const levelOf = (i: number): LogEntry['level'] => (i % 100 === 0 ? 'error' : i % 10 === 0 ? 'warn' : 'info')
    const entries = Array.from({ length: lines }, (_, i) => line(`Batch ${i} of 100 % done_`, levelOf(i)))
    await runLedger(ctx, run).log(entries)
  })

  test('ends with its newest lines; the earlier ones come on demand', async () => {
    const newest = await getRunLog(ctx, logged, WHOLE_LOG)
    expect(newest).toMatchObject({ matching: lines, more: true })
    expect([newest.lines[0]?.message, newest.lines.at(-1)?.message]).toEqual([
      'Batch 20 of 100 % done_',
      `Batch ${lines - 1} of 100 % done_`,
    ])
    const earlier = await getRunLog(ctx, logged, { ...WHOLE_LOG, before: newest.lines[0]?.id ?? 0 })
    expect(earlier.more).toBe(false)
    expect(earlier.lines.map(({ message }) => message)).toEqual(Array.from({ length: 20 }, (_, i) => `Batch ${i} of 100 % done_`))
  })

  test('is searched beyond what is shown, whatever the case, and literally', async () => {
    const found = await getRunLog(ctx, logged, { ...WHOLE_LOG, find: 'BATCH 7 ' })
    expect(found).toMatchObject({ matching: 1, more: false, lines: [{ message: 'Batch 7 of 100 % done_' }] })
    expect((await getRunLog(ctx, logged, { ...WHOLE_LOG, find: '0 % done_' })).matching).toBe(lines)
    expect((await getRunLog(ctx, logged, { ...WHOLE_LOG, find: 'Batch _ of' })).matching).toBe(0)
  })

  test('is filtered from a level on', async () => {
    expect((await getRunLog(ctx, logged, { ...WHOLE_LOG, level: 'warn' })).matching).toBe(52)
    const errors = await getRunLog(ctx, logged, { ...WHOLE_LOG, level: 'error', find: 'batch' })
    expect(errors.lines.map(({ level }) => level)).toEqual(Array(6).fill('error'))
  })

  test('goes on after a known line, without counting', async () => {
    const { lines: known } = await getRunLog(ctx, logged, WHOLE_LOG)
    const last = known.at(-1)?.id ?? 0
    expect(await getRunLog(ctx, logged, { ...WHOLE_LOG, after: last })).toEqual({ lines: [], matching: null, more: false })
    await runLedger(ctx, run).log([line('one more'), line('and another', 'error')])
    const later = await getRunLog(ctx, logged, { ...WHOLE_LOG, after: last })
    expect(later.lines.map(({ message }) => message)).toEqual(['one more', 'and another'])
  })
})

describe('what a run put aside', () => {
  beforeAll(async () => {
    const rejections = Array.from({ length: REJECTIONS_PAGE + 12 }, (_, i) => ({
      at: clock.now(),
      task: 'load',
      key: `pseudonym ${i}`,
      reason: i < 3 ? 'no birth date' : 'a name that is too long',
    }))
    await runLedger(ctx, run).reject(rejections)
  })

  test('is grouped by reason, the most frequent first, and paged', async () => {
    const all = await getRunRejections(ctx, run.runId, { group: null, page: 1 })
    expect(all).toMatchObject({ total: REJECTIONS_PAGE + 13, page: 1, pages: 2, groupsOmitted: 0, group: null })
    expect(all.groups.map(({ reason, count }) => [reason, count])).toEqual([
      ['a name that is too long', REJECTIONS_PAGE + 9],
      ['no birth date', 3],
      ['no name', 1],
    ])
    expect(all.rows).toHaveLength(REJECTIONS_PAGE)
    const second = await getRunRejections(ctx, run.runId, { group: null, page: 2 })
    expect(second.rows.map(({ key }) => key).at(-1)).toBe(`pseudonym ${REJECTIONS_PAGE + 11}`)
    expect(second.rows).toHaveLength(13)
  })

  test('can be seen one reason at a time; what is not there gives the nearest that is', async () => {
    const { groups } = await getRunRejections(ctx, run.runId, { group: null, page: 1 })
    const id = groups[1]?.id ?? ''
    const few = await getRunRejections(ctx, run.runId, { group: id, page: 99 })
    expect(few).toMatchObject({ group: { reason: 'no birth date' }, page: 1, pages: 1 })
    expect(few.rows.map(({ key }) => key)).toEqual(['pseudonym 0', 'pseudonym 1', 'pseudonym 2'])
    expect(await getRunRejections(ctx, run.runId, { group: 'nothing', page: 1 })).toMatchObject({ group: null, pages: 2 })
  })

  test('keeps its number when the run ends', async () => {
    await finishRun(ctx, { ...run, state: 'partial', rowsLoaded: 7, report: null, problem: null, internalProblem: null })
    expect(await getRunView(ctx, run.runId)).toMatchObject({ state: 'partial', rowsRejected: REJECTIONS_PAGE + 13, leaseUntil: null })
  })
})

describe('the screen of a run', () => {
  const flowContract = { schedule: '0 2 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: 1 }

  beforeAll(async () => {
    const parameters = z.strictObject({
      terms: z.array(z.string()).optional(),
      replay: z.string().optional(),
      dryRun: z.boolean().default(false),
    })
    const schema = catalogueJsonSchema({ connectors: new Map(), flows: new Map([['course', { ...flowContract, parameters }]]) })
    await ctx.pool.query("insert into catalogue_version (hash, document, schema, accepted_at) values ('1', '{}', $1, $2)", [
      JSON.stringify(schema),
      new Date(clock.now()),
    ])
    await putSetting(ctx.pool, 'page', { name: 'Campus', zone: 'UTC', readyBy: '08:00', url: 'http://localhost', demo: false })
  })

  test('knows which parameters the flow takes, from the stored schema', async () => {
    expect(await getFlowParameters(ctx, 'course')).toEqual(['dryRun', 'replay', 'terms'])
    expect(await getFlowParameters(ctx, 'term')).toEqual([])
    expect(await getFlowParameters(ctx, 'nobody')).toBeNull()
  })

  test('takes orders only of those who may give them', async () => {
    const taken = async (role: Role) =>
      (await getRunPage(asActor(ctx, person({ id: 'ada', name: 'Ada', role, audience: null })), run.runId, NO_QUESTION))?.takesActions
    expect(await taken('viewer')).toBe(false)
    expect(await taken('engineer')).toBe(true)
    expect(await taken('admin')).toBe(true)
  })
})
