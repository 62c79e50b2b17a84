import type { BrowserContext } from '@playwright/test'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import type { Person } from '#lib/db/people/people.ts'
import { noteHeartbeat } from '#lib/db/runs/workers.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { INTERNAL_KEY, startWebServer, type WebServer, type WebServerOptions } from './bench/web-server.ts'
import { journeyCatalogue, LATE_ASSET } from './journey-catalogue.ts'

/** A database with a past, and the built page in front of it. */
export interface Harness {
  url: string
  databaseUrl: string
  ctx: Context
  /** A good look at one asset that finds it written at an instant. */
  write(assetKey: string, at: Instant): Promise<void>
  /** Pretends that a worker was heard of at an instant. */
  heartbeat(at: Instant): Promise<void>
  /** An admin's session, as a header. */
  cookie: string
  /** A session of somebody, as a header. */
  cookieOf(person: Person): Promise<string>
  /** Signs a browser in as that admin. */
  signIn(context: BrowserContext): Promise<void>
  /** Signs it in as somebody with a role; whom `key` names first is added. */
  signInAs(context: BrowserContext, key: string, role: Role): Promise<void>
  /** The process that serves the page. */
  server: WebServer
  close(): Promise<void>
}

/** What else is in the six days of past. */
export interface Story {
  catalogue: Catalogue
  /** What else of the warehouse is written so many days before now. */
  keysOf(day: number): string[]
  /** What else happens on such a day, an hour before it is so many days ago. */
  day(ctx: Context, day: number): Promise<void>
  end(ctx: Context, now: Instant): Promise<void>
}

interface HarnessOptions {
  story?: Story
  /** Neither catalogue nor worker. */
  empty?: boolean
  web?: WebServerOptions
  /** What else happens to the database before the page opens. */
  prepare?: (ctx: Context) => Promise<void>
}

const DAYS_OF_PAST = 6

/** Opens a harness: six days of past, and the built page. */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const database = await createTestDatabase()
  const ctx = database.context()
  if (!options.empty) await fill(database.context(new FakeClock(0)), options.story)
  await options.prepare?.(ctx)
  const harness = {
    url: '',
    databaseUrl: database.url,
    ctx,
    write: async (assetKey: string, at: Instant) => {
      await recordObservations(ctx, 'warehouse', ctx.clock.now(), [written(assetKey, at)])
    },
    heartbeat: (at: Instant) => noteHeartbeat(ctx.whole, { id: 'harness', startedAt: at, at, detail: {} }),
  }
  if (!options.empty) await harness.heartbeat(systemClock.now() + DAY_MS)
  const server = await startWebServer(database.url, options.web)
  const signedIn = (person: Person) => cookieOf({ ...ctx, secret: INTERNAL_KEY }, server.url, person)
  const cookie = await signedIn(await addPerson(ctx, 'admin', 'admin'))
  const people = new Map<string, Person>()
  return {
    ...harness,
    cookie,
    cookieOf: signedIn,
    signIn: (context) => setCookie(context, server.url, cookie),
    async signInAs(context, key, role) {
      const person = people.get(key) ?? (await addPerson(ctx, key, role))
      people.set(key, person)
      await setCookie(context, server.url, await signedIn(person))
    },
    url: server.url,
    server,
    async close() {
      await server.stop()
      await database.drop()
    },
  }
}

function setCookie(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=')
  return context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Lax' }])
}

/** What a good look saw that found an asset written at an instant. */
export function written(assetKey: string, at: Instant): Observation {
  const evidence = { method: 'column', strength: 'strong' as const, detail: 'The newest modified_date in the table.', costMs: 3 }
  const readings = [{ clock: 'writtenAt' as const, at, precision: 'instant' as const }]
  return { ok: true, assetKey, readings, rows: 1200, evidence, state: null, warnings: [] }
}

/** Six days told in order: everything is written once a day, but for one table, which has been late since before today began, whatever hour it is. */
async function fill(ctx: Context, story?: Story): Promise<void> {
  const { clock } = ctx
  if (!(clock instanceof FakeClock)) throw new TypeError('The past is told with a clock that can be set.')
  const now = systemClock.now()
  clock.set(now - DAYS_OF_PAST * DAY_MS)
  await syncCatalogue(ctx, { catalogue: story?.catalogue ?? journeyCatalogue, document: {}, hash: 'journeys', schema: {} })
  for (let day = DAYS_OF_PAST - 1; day >= 0; day -= 1) {
    const at = now - day * DAY_MS - HOUR_MS
    clock.set(at)
    await sweepDue(ctx, { limit: 100 })
    const usual = journeyCatalogue.assets.map((asset) => asset.key).filter((key) => day > 2 || key !== LATE_ASSET)
    const keys = [...usual, ...(story?.keysOf(day) ?? [])]
    await recordObservations(
      ctx,
      'warehouse',
      at,
      keys.map((key) => written(key, at)),
    )
    await story?.day(ctx, day)
    await rollUpDays(ctx)
  }
  clock.set(now)
  await story?.end(ctx, now)
  await sweepDue(ctx, { limit: 100 })
}
