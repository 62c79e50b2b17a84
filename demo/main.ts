import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { z } from 'zod'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { putDemoPeople } from '#lib/access/demo.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { restateHistory } from '#lib/commands/status/restate-history.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Environment, readEnvironment } from '#lib/platform/env.ts'
import { createLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { runFlowsOnce } from './first-runs.ts'
import { catchUpWorld, runWorld } from './outside-world.ts'
import { replay } from './replay.ts'
import { NO_PORTS, portsSchema, startStandIns } from './stand-ins.ts'
import { CAMPUS_ZONE, PAST_DAYS } from './stretch.ts'

const SETTING = 'demo'
const CATALOGUE = 'demo/catalogue'
const DEPARTMENTS = 'departments'
/** So many make a first person run of less than a minute. */
const PEOPLE = 2400
const stateSchema = z.object({ firstStart: z.number(), until: z.number(), ports: portsSchema.catch(NO_PORTS) })
type State = z.infer<typeof stateSchema>

const log = createLog({ level: 'info', pretty: true }, { part: 'demo' })

function requireUrls(environment: Environment): { databaseUrl: string; lakeUrl: string } {
  const { databaseUrl, lakeDatabaseUrl } = environment
  if (databaseUrl === undefined || lakeDatabaseUrl === undefined)
    throw new Error('the demo is started by npm start, which tells it its databases')
  return { databaseUrl, lakeUrl: lakeDatabaseUrl }
}

async function requireCampusDatabase(lakeUrl: string): Promise<string> {
  const url = new URL(lakeUrl)
  url.pathname = `/${DEPARTMENTS}`
  const sql = new Client({ connectionString: lakeUrl })
  await sql.connect()
  try {
    const { rowCount } = await sql.query('select 1 from pg_database where datname = $1', [DEPARTMENTS])
    if (rowCount === 0) await sql.query(`create database ${escapeIdentifier(DEPARTMENTS)}`)
  } finally {
    await sql.end()
  }
  return url.href
}

async function syncAt(ctx: Context, path: string): Promise<void> {
  const loaded = await loadCatalogue(path, await loadExtensions())
  if (!loaded.ok) throw new Error(loaded.problems.map((p) => `${p.file}:${p.line} ${p.problem}`).join('\n'))
  await syncCatalogue(ctx, { ...loaded, readFrom: path })
}

/** Writes the past that is missing: ninety days before the first start, later the time the demo was off. When the process is killed
 * meanwhile, the next start does it. */
async function catchUp(databaseUrl: string, environment: Environment, campusUrl: string): Promise<State> {
  const now = systemClock.now()
  const clock = new FakeClock(now)
  const ctx = createContext({ url: databaseUrl, actor: WORKER, clock, log, applicationName: 'tidemark demo' })
  const known = stateSchema.safeParse(await getSetting(ctx.pool, SETTING)).data
  const firstStart = known?.firstStart ?? now
  const from = known?.until ?? startOfDay(localDay(now - PAST_DAYS * DAY_MS, CAMPUS_ZONE), CAMPUS_ZONE)
  const state = { firstStart, until: now, ports: known?.ports ?? NO_PORTS }
  log.info(known ? 'telling the stretch the demo was off' : `telling the last ${PAST_DAYS} days`)
  await catchUpWorld(campusUrl, systemClock, firstStart)
  await restateHistory(ctx)
  clock.set(from)
  if (known === undefined) await syncAt(ctx, environment.config ?? CATALOGUE)
  clock.set(now)
  const { runs } = await replay(ctx, { from, to: now, firstStart }, async (sql) => {
    // The worker's absence is filled, so it must not show as a gap.
    await sql.query('update worker_state set heartbeat_at = $1 where stopped_at is null', [new Date(now)])
    await putSetting(sql, SETTING, state)
  })
  await closeContext(ctx)
  log.info('the past is told', { runs, ms: systemClock.now() - now })
  return state
}

async function rememberTime(ctx: Context, state: State, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await putSetting(ctx.pool, SETTING, { ...state, until: systemClock.now() })
    await systemClock.sleep(5000, signal)
  }
}

async function main(): Promise<void> {
  const environment = readEnvironment()
  const { databaseUrl, lakeUrl } = requireUrls(environment)
  const campusUrl = await requireCampusDatabase(lakeUrl)
  const told = await catchUp(databaseUrl, environment, campusUrl)
  // Until here there was nothing to stop in order: a signal ended the process at once.
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  const ctx = createContext({ url: databaseUrl, actor: WORKER, clock: systemClock, log, applicationName: 'tidemark demo' })
  const standIns = await startStandIns({
    clock: systemClock,
    folder: join(environment.dataFolder, 'demo'),
    ports: told.ports,
    peopleCount: PEOPLE,
    ...(environment.demoCourses === undefined ? {} : { courses: environment.demoCourses }),
  })
  const state = { ...told, ports: standIns.ports }
  await putDemoPeople(ctx)
  process.send?.({ kind: 'ready', environment: { ...standIns.variables, ...databaseVariables(campusUrl) } })
  await Promise.all([
    runWorld(campusUrl, systemClock, state.firstStart, stopping.signal),
    rememberTime(ctx, state, stopping.signal),
    runFlowsOnce(ctx, stopping.signal),
  ])
  await standIns.close()
  await closeContext(ctx)
}

function databaseVariables(campusUrl: string): Record<string, string> {
  // Nobody listens on port 9: a warehouse that went away.
  return { DEMO_CAMPUS_DATABASE_URL: campusUrl, DEMO_HR_DATABASE_URL: 'postgres://reader:gone@127.0.0.1:9/hr' }
}

await main()
