import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runCommandLine } from '#jobs/cli.ts'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import type { Terminal } from './verb.ts'

let database: TestDatabase
let ctx: Context
const clock = new FakeClock('2026-11-20T12:00:00Z')

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  await insertFlow(ctx, { name: 'export', cron: '0 2 * * *' })
  await insertFlow(ctx, { name: 'term', cron: '0 1 * * *' })
  await insertFlow(ctx, { name: 'parking', cron: '0 4 * * *' })
  const parameters = z.object({ replay: z.string().optional(), dryRun: z.boolean().optional() })
  const contract = { schedule: '0 2 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: 1, parameters }
  const schema = catalogueJsonSchema({ connectors: new Map(), flows: new Map([['export', contract]]) })
  const parking = { schedule: '0 4 * * *', extract: { from: 'campus/parking.permits' }, load: { into: 'lake/parking.permits' } }
  await ctx.pool.query("insert into catalogue_version (hash, document, schema, accepted_at) values ('1', $1, $2, now())", [
    JSON.stringify({ flows: { parking } }),
    JSON.stringify(schema),
  ])
})
afterAll(() => database.drop())
beforeEach(() => ctx.pool.query('truncate run cascade'))

function tidemark(words: string, more: Partial<Terminal> = {}) {
  const printed: string[] = []
  const noted: string[] = []
  const stop = new AbortController()
  const terminal = { print: (text: string) => printed.push(text), note: (text: string) => noted.push(text), ask: async () => null, ...more }
  const environment = () => readEnvironment({ DATABASE_URL: database.url, ENV_FILE: 'none' })
  const code = runCommandLine(words.split(' '), { terminal, environment, clock, log: silentLog, signal: stop.signal })
  return { code, printed, noted, stop }
}

async function heard(words: string): Promise<{ code: number; printed: string[]; noted: string[] }> {
  const { code, printed, noted } = tidemark(words)
  return { code: await code, printed, noted }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await clock.advance(500)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

async function begin(flow: string, parameters = {}): Promise<NonNullable<Awaited<ReturnType<typeof claimRun>>>> {
  await clock.advance(1000)
  const { runId } = await requestRun(ctx, { flow, parameters })
  const claimed = await claimRun(ctx, { runId, owner: 'worker-1' })
  if (claimed === null) throw new Error('the run could not be claimed')
  return claimed
}

async function end(run: Awaited<ReturnType<typeof claimRun>>, state: 'completed' | 'partial'): Promise<void> {
  if (run === null) throw new Error('the run could not be claimed')
  await finishRun(ctx, { ...run, state, rowsLoaded: 5, report: null, problem: null, internalProblem: null })
}

async function endWithRejection(): Promise<string> {
  const run = await begin('export')
  await runLedger(ctx, run).reject([{ at: clock.now(), task: 'load', key: 'k', reason: 'r' }])
  await end(run, 'partial')
  return run.runId
}

const parametersOf = async (id: string | undefined) =>
  (await ctx.pool.query('select parameters from run where id = $1', [id])).rows[0]?.parameters

describe('run', () => {
  it('of a flow without code is asked for too, with the parameters that all of them take', async () => {
    const { code, printed, noted } = await heard('run parking --param shrinkRatio=0.2 --no-wait')
    expect([code, noted]).toEqual([0, ['A run of parking has been asked for.']])
    expect(await parametersOf(printed[0])).toEqual({ shrinkRatio: 0.2 })
    expect((await heard('run nothing')).noted).toEqual(['There is no flow "nothing" in the catalogue.'])
  })

  it('replays a run by its id, or the last one that is still to be replayed', async () => {
    const first = await endWithRejection()
    const second = await endWithRejection()
    expect(await parametersOf((await heard(`run export --replay ${first} --dry-run`)).printed[0])).toEqual({ replay: first, dryRun: true })
    await ctx.pool.query("delete from run where state = 'scheduled'")
    expect(await parametersOf((await heard('run export --replay last')).printed[0])).toEqual({ replay: second })
    await ctx.pool.query("delete from run where state = 'scheduled'")
    await end(await begin('export', { replay: second }), 'completed')
    expect(await parametersOf((await heard('run export --replay last')).printed[0])).toEqual({ replay: first })
  })

  it('refuses a replay that cannot be, in words', async () => {
    expect((await heard('run export --replay last')).noted).toEqual(['No run of export has put rows aside that are still to be replayed.'])
    expect((await heard('run export --replay nonsense')).noted).toEqual(['There is no run "nonsense" of export.'])
    expect((await heard('run term --replay last')).noted).toEqual(['The flow term does not know --replay: it takes no parameter replay.'])
    expect((await heard('run term --dry-run')).noted).toEqual(['The flow term does not know --dry-run: it takes no parameter dryRun.'])
    expect((await ctx.pool.query('select 1 from run')).rowCount).toBe(0)
  })

  it('on a terminal is followed on a display that is redrawn, to its end', async () => {
    const drawings: (readonly string[])[] = []
    const live = {
      size: () => ({ columns: 100, rows: 30 }),
      draw: (lines: readonly string[]) => void drawings.push(lines),
      leave: () => {},
    }
    const watched = tidemark('run term', { live })
    const waiting = async () => (await ctx.pool.query<{ id: string }>("select id from run where state = 'scheduled'")).rows[0]?.id
    await until(async () => (await waiting()) !== undefined)
    const run = await claimRun(ctx, { runId: (await waiting()) ?? '', owner: 'worker-1' })
    if (run === null) throw new Error('the run could not be claimed')
    const ledger = runLedger(ctx, run)
    await ledger.counters({ load: { changed: 3 } })
    await ledger.log([{ at: clock.now(), level: 'warn', message: 'One row is odd.' }])
    await until(() => drawings.flat().some((line) => line.includes('One row is odd.')))
    await end(run, 'completed')
    await until(() => drawings.at(-1)?.[0]?.startsWith('term: completed') ?? false)
    expect(await watched.code).toBe(0)
    expect(drawings.flat()).toContain('  load  3 changed')
    expect(watched.noted).toEqual([])
  })

  it('elsewhere is told line by line, the lines of its log among them', async () => {
    const watched = tidemark('run term --wait')
    const waiting = async () => (await ctx.pool.query<{ id: string }>("select id from run where state = 'scheduled'")).rows[0]?.id
    await until(async () => (await waiting()) !== undefined)
    const run = await claimRun(ctx, { runId: (await waiting()) ?? '', owner: 'worker-1' })
    if (run === null) throw new Error('the run could not be claimed')
    await runLedger(ctx, run).log([{ at: clock.now(), level: 'warn', message: 'One row is odd.' }])
    await until(() => watched.noted.some((line) => line.includes('warn: One row is odd.')))
    await end(run, 'partial')
    await until(() => watched.noted.some((line) => line.startsWith('term: partial')))
    expect(await watched.code).toBe(2)
  })
})

describe('Ctrl-C while a run is followed', () => {
  it('leaves it running unless somebody says otherwise', async () => {
    const watched = tidemark('run term --wait')
    await until(() => watched.noted.length > 0)
    watched.stop.abort()
    expect(await watched.code).toBe(1)
    const { rows } = await ctx.pool.query<{ id: string; cancel_at: Date | null }>('select id, cancel_at from run')
    expect(rows).toEqual([{ id: expect.any(String), cancel_at: null }])
    expect(watched.noted.at(-1)).toBe(`The run goes on without us: ${rows[0]?.id}. "tidemark cancel ${rows[0]?.id}" stops it.`)
  })

  it('says how it ended when it did while the question stood', async () => {
    const ask = async () => {
      const { rows } = await ctx.pool.query<{ id: string }>('select id from run')
      const run = await claimRun(ctx, { runId: rows[0]?.id ?? '', owner: 'worker-1' })
      await end(run, 'completed')
      return ''
    }
    const watched = tidemark('run term --wait', { ask })
    await until(() => watched.noted.length > 0)
    watched.stop.abort()
    expect(await watched.code).toBe(0)
    expect(watched.noted.at(-1)).toMatch(/^term: completed/)
  })

  it('cancels it when that is the answer, and tells until it has stopped', async () => {
    const questions: string[] = []
    const ask = async (question: string) => {
      questions.push(question)
      return 'c'
    }
    const watched = tidemark('run term --wait', { ask })
    await until(() => watched.noted.length > 0)
    watched.stop.abort()
    await until(() => watched.noted.some((line) => line.startsWith('term: cancelled')))
    expect(await watched.code).toBe(1)
    expect(questions).toEqual(['Cancel the run? Type c to cancel it, Enter to leave it running: '])
    expect((await ctx.pool.query('select state from run')).rows).toEqual([{ state: 'cancelled' }])
  })
})

describe('cancel', () => {
  it('takes a flow’s only run, whether it waits or runs', async () => {
    await heard('run term')
    expect((await heard('cancel term')).printed).toEqual(['The run of term is cancelled.'])
    const run = await begin('term')
    expect((await heard('cancel term')).printed).toEqual([`The run of term is being cancelled: ${run.runId}.`])
    expect((await ctx.pool.query('select cancel_at from run where id = $1', [run.runId])).rows[0].cancel_at).not.toBeNull()
  })

  it('asks which one when there are several, and refuses what is not there or has ended', async () => {
    const run = await begin('term')
    expect((await heard('run term')).noted).toEqual([
      `A run of term that does the same goes on already. When it has ended, ask again. It is ${run.runId}.`,
    ])
    await ctx.pool.query(`update run set parameters = '{"replay": "another"}' where id = $1`, [run.runId])
    const { printed, noted } = await heard('run term')
    expect(noted).toEqual([`A run of term has been asked for. It waits for the run that goes on, ${run.runId}.`])
    expect((await heard('cancel term')).noted[0]).toBe(
      `term has several runs. Name one: ${run.runId} (running), ${printed[0]} (scheduled).`,
    )
    expect((await heard('cancel nobody')).noted).toEqual(['Nothing is under way that is called "nobody": no run, no flow.'])
    await end(run, 'completed')
    expect((await heard(`cancel ${run.runId}`)).noted).toEqual(['The run has ended already.'])
  })
})

describe('runs', () => {
  it('are listed, of all flows or one, in all states or one', async () => {
    await end(await begin('term'), 'completed')
    const going = await begin('export')
    const all = await heard('runs')
    expect(all.printed.map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ['running', 'export'],
      ['completed', 'term'],
    ])
    expect(all.printed[0]).toContain(going.runId)
    expect((await heard('runs term')).printed).toHaveLength(1)
    expect((await heard('runs --state failed')).noted).toEqual(['There is no such run.'])
    expect((await heard('runs --state good')).noted[0]).toMatch(/^There is no state "good"\. There is: problems, scheduled/)
    expect((await heard('runs --limit none')).noted).toEqual(['"none" is not a number of runs. Write one such as 50.'])
  })
})
