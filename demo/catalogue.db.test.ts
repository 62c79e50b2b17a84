import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executeRun } from '#jobs/worker/execute-run.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { inOrder } from './first-runs.ts'
import { catchUpWorld } from './outside-world.ts'
import { NO_PORTS } from './ports.ts'
import { type StandIns, startStandIns } from './stand-ins.ts'

const PEOPLE = 60

let databases: TestDatabase[]
let lake: Pool
let folder: string
let standIns: StandIns
let ctx: Context
let services: JobServices

beforeAll(async () => {
  const extensions = await loadExtensions()
  const [state, lakeDatabase, departments] = await Promise.all([
    createTestDatabase(),
    createTestDatabase({ empty: true }),
    createTestDatabase({ empty: true }),
  ])
  databases = [state, lakeDatabase, departments]
  folder = await mkdtemp(join(tmpdir(), 'demo-campus-'))
  standIns = await startStandIns({ clock: systemClock, folder, ports: NO_PORTS, peopleCount: PEOPLE })
  await catchUpWorld(departments.url, systemClock, systemClock.now())
  const loaded = await loadCatalogue('demo/catalogue', extensions)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  ctx = state.context()
  await syncCatalogue(ctx, loaded)
  const own: Record<string, string> = { LAKE_DATABASE_URL: lakeDatabase.url, DEMO_CAMPUS_DATABASE_URL: departments.url }
  services = testServices(ctx, { ...extensions, lakeUrl: lakeDatabase.url, lookup: (name) => standIns.variables[name] ?? own[name] })
  lake = new Pool({ connectionString: lakeDatabase.url, max: 2 })
  // The database may be dropped while its last connections are still closing.
  lake.on('error', () => {})
})

afterAll(async () => {
  await standIns.close()
  await lake.end()
  await Promise.all(databases.map((database) => database.drop()))
  await rm(folder, { recursive: true })
})

async function run(flow: string): Promise<{ state: string; rows: number; problem: string | null }> {
  const { runId } = await requestRun(ctx, { flow })
  const claim = await claimRun(ctx, { runId, owner: services.workerId })
  if (claim === null) throw new Error(`the run of ${flow} cannot be taken`)
  await executeRun(services, claim, { stop: new AbortController(), wakeSignal: createWakeSignal(ctx.clock) })
  const { rows } = await ctx.pool.query('select state, rows_loaded::int as rows, problem from run where id = $1', [runId])
  return rows[0]
}

describe('the thirty flows of the demo', () => {
  it('all really load or deliver something, but for the one whose key has expired', async () => {
    const ended = new Map<string, Awaited<ReturnType<typeof run>>>()
    for (const flow of inOrder(await listFlows(ctx.pool))) ended.set(flow, await run(flow))
    const { 'parking-visitors': expired, ...others } = Object.fromEntries(ended)
    expect(Object.entries(others).filter(([, end]) => end.state !== 'completed' || end.rows === 0)).toEqual([])
    expect(expired).toMatchObject({ state: 'failed', problem: expect.stringContaining('401') })
    expect(ended.size).toBe(30)
  }, 120_000)

  it('leave the library a whole file with the checksum beside it', async () => {
    const inbox = join(folder, 'delivered/library/inbox')
    const names = (await readdir(inbox)).sort()
    expect(names).toEqual([expect.stringMatching(/^patrons_\d{4}-\d\d-\d\d\.csv$/), expect.stringMatching(/\.csv\.sha256$/)])
    const lines = (await readFile(join(inbox, names[0] ?? ''), 'utf8')).trimEnd().split('\n')
    expect(lines[0]).toBe('patron,last_name,email')
    const { rows } = await lake.query(
      "select count(*)::int as n from person_curated.person_data_by_service where service = 'studentGeneralInfo'",
    )
    expect(lines.length - 1).toBe(rows[0].n)
  })

  it('give the bank lines of one width', async () => {
    const name = (await readdir(join(folder, 'delivered/bank'))).find((one) => one.endsWith('.txt')) ?? ''
    const lines = (await readFile(join(folder, 'delivered/bank', name), 'utf8')).trimEnd().split('\n')
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([44]))
    expect(lines[0]).toMatch(/^R\d{8} {3}A\d{6} {3}\d{12}\d{4}-\d\d-\d\d$/)
  })

  it('put what partners fetch by HTTP into the drop box', async () => {
    const found = await readdir(join(folder, 'drop-box'), { recursive: true })
    const files = found.map((name) => name.replace(/\d{4}-\d\d-\d\d/, '{date}')).filter((name) => name.includes('.'))
    expect(files.sort()).toEqual(['bookseller/courses_{date}.csv', 'caterer/meal_plans_{date}.json', 'fundraiser/graduates_{date}.ndjson'])
  })

  it('change nothing when nothing has changed', async () => {
    for (const flow of ['parking-permits', 'housing-assignments', 'accounts', 'hr-employees']) {
      expect(await run(flow), flow).toMatchObject({ state: 'completed', rows: 0 })
    }
  }, 60_000)
})
