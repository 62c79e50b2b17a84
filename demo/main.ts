import { Client, escapeIdentifier } from 'pg'
import { z } from 'zod'
import { loadExtensions } from '#jobs/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/load-catalogue.ts'
import { openWindow } from '#lib/commands/open-window.ts'
import { rebuild } from '#lib/commands/rebuild.ts'
import { requestRun } from '#lib/commands/request-run.ts'
import { rollUpDays } from '#lib/commands/roll-up-days.ts'
import { syncCatalogue } from '#lib/commands/sync-catalogue.ts'
import { insertWorkerGap } from '#lib/db/blind.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { listSubjectIds } from '#lib/db/subjects.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/instant.ts'
import { localDay, startOfDay } from '#lib/domain/local-day.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Environment, readEnvironment } from '#lib/platform/env.ts'
import { createLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/fake-clock.ts'
import { type Campus, startCampus } from './campus/campus.ts'
import { catchUpWorld, runWorld } from './outside-world.ts'
import { replayRuns } from './replay-runs.ts'
import { replayWorld, type Stretch } from './replay-world.ts'
import { CAMPUS_ZONE, PAST_DAYS } from './world.ts'

const SETTING = 'demo'
const stateSchema = z.object({ firstStart: z.number(), until: z.number(), campusPort: z.number() })
type State = z.infer<typeof stateSchema>

const log = createLog({ level: 'info', pretty: true }, { part: 'demo' })

function requireUrls(environment: Environment): { databaseUrl: string; lakeUrl: string } {
  const { databaseUrl, lakeDatabaseUrl } = environment
  if (databaseUrl === undefined || lakeDatabaseUrl === undefined)
    throw new Error('the demo is started by npm start, which tells it its databases')
  return { databaseUrl, lakeUrl: lakeDatabaseUrl }
}

/** The other departments' database, beside the lake. */
async function requireCampusDatabase(lakeUrl: string): Promise<string> {
  const url = new URL(lakeUrl)
  url.pathname = '/campus'
  const sql = new Client({ connectionString: lakeUrl })
  await sql.connect()
  try {
    const { rowCount } = await sql.query("select 1 from pg_database where datname = 'campus'")
    if (rowCount === 0) await sql.query(`create database ${escapeIdentifier('campus')}`)
  } finally {
    await sql.end()
  }
  return url.href
}

async function syncAt(ctx: Context, path: string): Promise<void> {
  const loaded = await loadCatalogue(path, await loadExtensions())
  if (!loaded.ok) throw new Error(loaded.problems.map((p) => `${p.file}:${p.line} ${p.problem}`).join('\n'))
  await syncCatalogue(ctx, loaded)
}

/** Things that happened once: a night without the worker, announced work, a pause that still lasts. */
async function replayMishaps(ctx: Context, stretch: Stretch): Promise<void> {
  const night = stretch.firstStart - 62 * DAY_MS
  await insertWorkerGap(ctx.pool, night, night + 7 * HOUR_MS)
  const upgrade = stretch.firstStart - 19.2 * DAY_MS
  await openWindow(ctx, {
    subject: { kind: 'feed', key: 'housing' },
    kind: 'maintenance',
    from: upgrade,
    to: upgrade + 30 * HOUR_MS,
    note: 'Housing moves to its new system.',
  })
}

/** Tells a stretch that nobody watched: the same commands as in life, with a clock of its own; no status is ever written by hand. */
async function replay(ctx: Context, clock: FakeClock, environment: Environment, stretch: Stretch): Promise<void> {
  const isFirst = stretch.from < stretch.firstStart
  clock.set(stretch.from)
  if (isFirst) await syncAt(ctx, environment.config ?? 'demo/tidemark.yaml')
  clock.set(stretch.to)
  await replayWorld(ctx, stretch)
  if (isFirst) await replayMishaps(ctx, stretch)
  await replayRuns(ctx, clock, stretch)
  clock.set(stretch.to)
  await rebuild(ctx, { assetIds: await listSubjectIds(ctx.pool, 'asset'), from: stretch.from, isThorough: true })
  await rollUpDays(ctx)
}

async function catchUp(ctx: Context, clock: FakeClock, environment: Environment, campusUrl: string): Promise<State> {
  const now = systemClock.now()
  const known = stateSchema.safeParse(await getSetting(ctx.pool, SETTING)).data
  const firstStart = known?.firstStart ?? now
  const from = known?.until ?? startOfDay(localDay(now - PAST_DAYS * DAY_MS, CAMPUS_ZONE), CAMPUS_ZONE)
  await catchUpWorld(campusUrl, systemClock, firstStart)
  log.info(known ? 'telling the stretch the demo was off' : `telling the last ${PAST_DAYS} days`)
  await replay(ctx, clock, environment, { from, to: now, firstStart })
  // The stretch has been told, so it is not a gap of the worker.
  await ctx.pool.query('update worker_state set heartbeat_at = $1 where stopped_at is null', [new Date(now)])
  const state = { firstStart, until: now, campusPort: known?.campusPort ?? 0 }
  await putSetting(ctx.pool, SETTING, state)
  log.info('the past is told', { ms: systemClock.now() - now })
  return state
}

async function openCampus(environment: Environment, port: number): Promise<Campus> {
  const options = { clock: systemClock, ...(environment.demoCourses === undefined ? {} : { courses: environment.demoCourses }) }
  return startCampus({ ...options, port }).catch(() => startCampus(options))
}

/** On the very first start both flows really run, one after the other, whatever the hour. */
async function runFlowsOnce(ctx: Context, signal: AbortSignal): Promise<void> {
  for (const flow of ['term', 'course']) {
    const known = await ctx.pool.query("select 1 from run where flow = $1 and requested_by = 'demo'", [flow])
    if (known.rowCount !== 0) continue
    const { runId } = await requestRun(ctx, { flow, requestedBy: 'demo' })
    while (!signal.aborted) {
      const { rows } = await ctx.pool.query<{ state: string }>('select state from run where id = $1', [runId])
      if (rows[0]?.state === 'completed' || rows[0]?.state === 'partial') break
      if (rows[0]?.state === 'failed') return
      await systemClock.sleep(1000, signal)
    }
  }
}

function variables(campus: Campus, campusUrl: string): Record<string, string> {
  return {
    DEMO_PEOPLESOFT_URL: campus.url,
    DEMO_PEOPLESOFT_USER: campus.credentials.user,
    DEMO_PEOPLESOFT_PASSWORD: campus.credentials.password,
    DEMO_SNAPLOGIC_COURSE_URL: campus.courseUrl,
    DEMO_SNAPLOGIC_KEY: campus.credentials.key,
    DEMO_CAMPUS_DATABASE_URL: campusUrl,
    // Nobody listens there, and never will: a warehouse that went away.
    DEMO_HR_DATABASE_URL: 'postgres://reader:gone@127.0.0.1:9/hr',
  }
}

async function rememberTime(ctx: Context, state: State, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await putSetting(ctx.pool, SETTING, { ...state, until: systemClock.now() satisfies Instant })
    await systemClock.sleep(5000, signal)
  }
}

async function main(): Promise<void> {
  const environment = readEnvironment()
  const { databaseUrl, lakeUrl } = requireUrls(environment)
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  const clock = new FakeClock(systemClock.now())
  const actor = { type: 'system', job: 'demo' } as const
  const past = createContext({ url: databaseUrl, clock, log, actor, applicationName: 'tidemark demo' })
  const campusUrl = await requireCampusDatabase(lakeUrl)
  const told = await catchUp(past, clock, environment, campusUrl)
  await closeContext(past)
  const ctx = createContext({ url: databaseUrl, clock: systemClock, log, actor, applicationName: 'tidemark demo' })
  const campus = await openCampus(environment, told.campusPort)
  const state = { ...told, campusPort: Number(new URL(campus.url).port) }
  process.send?.({ kind: 'ready', environment: variables(campus, campusUrl) })
  await Promise.all([
    runWorld(campusUrl, systemClock, state.firstStart, stopping.signal),
    rememberTime(ctx, state, stopping.signal),
    runFlowsOnce(ctx, stopping.signal),
  ])
  await campus.close()
  await closeContext(ctx)
}

await main()
