import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { z } from 'zod'
import { putDemoPeople } from '#lib/access/demo.ts'
import { restateHistory } from '#lib/commands/status/restate-history.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { type Environment, readEnvironment } from '#lib/platform/env.ts'
import { createLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { catalogueOf, shownSince } from './catalogues.ts'
import { runFlowsOnce } from './first-runs.ts'
import { beginHouse, type House } from './houses.ts'
import { putCatalogueInForce } from './known-things.ts'
import { catchUpWorld, runWorld } from './outside-world.ts'
import { NO_PORTS, portsSchema } from './ports.ts'
import { replay } from './replay.ts'
import { type StandIns, startStandIns } from './stand-ins.ts'
import { loadGoodRuns } from './startup/company/replay.ts'
import { startStartup } from './startup/startup.ts'
import { CAMPUS_ZONE, PAST_DAYS } from './stretch.ts'

const SETTING = 'demo'
const DEPARTMENTS = 'departments'
/** So many make a first person run of less than a minute. */
const PEOPLE = 2400
/** So long what somebody asked of dbt Cloud is still to be seen there. */
const ASKED_MS = 30 * DAY_MS
const stateSchema = z.object({
  firstStart: z.number(),
  until: z.number(),
  shows: z.enum(['campus', 'startup', 'both', 'games', 'enterprise']).optional(),
  ports: portsSchema.catch(NO_PORTS),
})
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

/** What is known of earlier starts; `ports` are those of the last. */
async function knownState(databaseUrl: string): Promise<{ known: State | undefined; asked: Awaited<ReturnType<typeof loadGoodRuns>> }> {
  const ctx = openContext(databaseUrl, systemClock)
  try {
    const known = stateSchema.safeParse(await getSetting(ctx.pool, SETTING)).data
    return { known, asked: await loadGoodRuns(ctx.pool, systemClock.now() - ASKED_MS) }
  } finally {
    await closeContext(ctx)
  }
}

function openContext(url: string, clock: Clock): Context {
  return createContext({ url, actor: WORKER, clock, log, applicationName: 'tidemark demo' })
}

interface Telling {
  databaseUrl: string
  /** Null where no campus is shown. */
  campusUrl: string | null
  catalogue: string
  shows: Environment['demo']
  known: State | undefined
  firstStart: Instant
  variables: Record<string, string>
}

/** Writes the past that is missing: ninety days before the first start, later the time the demo was off. When the process is killed
 * meanwhile, the next start does it. */
async function catchUp({ databaseUrl, campusUrl, catalogue, shows, known, firstStart, variables }: Telling): Promise<State> {
  const now = systemClock.now()
  const clock = new FakeClock(now)
  const ctx = openContext(databaseUrl, clock)
  const from = known?.until ?? startOfDay(localDay(firstStart - PAST_DAYS * DAY_MS, CAMPUS_ZONE), CAMPUS_ZONE)
  const state = { firstStart, until: now, shows, ports: known?.ports ?? NO_PORTS }
  log.info(known ? 'telling the stretch the demo was off' : `telling the last ${PAST_DAYS} days`)
  if (campusUrl !== null) await catchUpWorld(campusUrl, systemClock, firstStart)
  await restateHistory(ctx)
  clock.set(from)
  if (known === undefined) await putCatalogueInForce(ctx, catalogue, variables)
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
  const { known, asked } = await knownState(databaseUrl)
  const shows = shownSince(known, environment.demo)
  if (shows !== environment.demo) log.info(`the demo goes on with what it began with: ${shows}. npm run reset begins it anew`)
  const campusUrl = shows === 'campus' || shows === 'both' ? await requireCampusDatabase(lakeUrl) : null
  const firstStart = known?.firstStart ?? systemClock.now()
  const catalogue = await catalogueOf({ dataFolder: environment.dataFolder, demo: shows, firstStart })
  const ports = known?.ports ?? NO_PORTS
  const hasStartup = shows === 'startup' || shows === 'both'
  const startup = hasStartup ? await startStartup({ clock: systemClock, ports: ports.startup, firstStart, asked }) : null
  const house = await startHouse(shows, { lakeUrl, databaseUrl, ports, firstStart, until: known?.until })
  const variables = { ...startup?.variables, ...house?.variables, ...(campusUrl !== null && databaseVariables(campusUrl)) }
  await catchUp({ databaseUrl, campusUrl, catalogue, shows, known, firstStart, variables })
  // Until here there was nothing to stop in order: a signal ended the process at once.
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  const ctx = openContext(databaseUrl, systemClock)
  const campus = campusUrl === null ? null : await startCampusSystems(environment, ports)
  const state = {
    firstStart,
    until: systemClock.now(),
    shows,
    ports: { ...ports, ...campus?.ports, startup: startup?.ports ?? ports.startup, ...house?.ports },
  }
  await putDemoPeople(ctx)
  process.send?.({ kind: 'ready', environment: { ...campus?.variables, ...variables, TIDEMARK_CONFIG: catalogue } })
  await Promise.all([
    campusUrl === null ? null : runWorld(campusUrl, systemClock, firstStart, stopping.signal),
    startup?.work(stopping.signal),
    house?.work(stopping.signal),
    rememberTime(ctx, state, stopping.signal),
    (house?.firstRuns ?? runFlowsOnce)(ctx, stopping.signal),
  ])
  await Promise.all([campus?.close(), startup?.close(), house?.close()])
  await closeContext(ctx)
}

async function startHouse(
  shows: Environment['demo'],
  { databaseUrl, ...given }: Omit<Parameters<typeof beginHouse>[1], 'clock' | 'sql'> & { databaseUrl: string },
): Promise<House | null> {
  const ctx = openContext(databaseUrl, systemClock)
  try {
    return await beginHouse(shows, { clock: systemClock, sql: ctx.pool, ...given })
  } finally {
    await closeContext(ctx)
  }
}

function startCampusSystems({ dataFolder, demoCourses }: Environment, ports: State['ports']): Promise<StandIns> {
  return startStandIns({
    clock: systemClock,
    folder: join(dataFolder, 'demo'),
    ports,
    peopleCount: PEOPLE,
    ...(demoCourses === undefined ? {} : { courses: demoCourses }),
  })
}

function databaseVariables(campusUrl: string): Record<string, string> {
  // Nobody listens on port 9: a warehouse that went away.
  return { DEMO_CAMPUS_DATABASE_URL: campusUrl, DEMO_HR_DATABASE_URL: 'postgres://reader:gone@127.0.0.1:9/hr' }
}

await main()
