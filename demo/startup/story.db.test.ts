import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { catalogueOf } from '#demo/catalogues.ts'
import { putCatalogueInForce } from '#demo/known-things.ts'
import probeConnection from '#jobs/kinds/probe-connection.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf } from '#lib/testing/history/state-world.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { Company } from './company/company.ts'
import { startDbtCloud } from './dbt-cloud.ts'
import { startLooker } from './looker.ts'
import { startSnowflake } from './snowflake.ts'
import { variablesFor } from './startup.ts'

/** The afternoon before the night in which the load of payments fails: from that of the day before the first start on. */
const AFTERNOON = Date.parse('2026-11-18T20:00:00Z')
const FIRST_START = AFTERNOON + 2 * DAY_MS
const TILE = 'looker/dashboards/13/1301'
const SUBJECTS = [
  ['snowflake/RAW.PAYMENTS', 'asset'],
  ['snowflake/STAGING.STG_PAYMENTS', 'asset'],
  ['snowflake/STAGING.INT_CASH', 'asset'],
  ['snowflake/MARTS.FCT_CASH', 'asset'],
  [TILE, 'asset'],
  ['cash', 'feed'],
  ['finance', 'group'],
] as const

let database: TestDatabase
let folder: string
let close: () => Promise<unknown>
let ctx: Context
let goTo: (time: string) => Promise<void>
let probe: () => Promise<void>
let cloud: Awaited<ReturnType<typeof startDbtCloud>>['cloud']
let looker: Awaited<ReturnType<typeof startLooker>>

beforeAll(async () => {
  const clock = new HurriedClock(AFTERNOON, 5 * SECOND_MS)
  const [snowflake, dbt, extensions] = [
    await startSnowflake({ clock }),
    await startDbtCloud({ account: 1, token: 't' }),
    await loadExtensions(),
  ]
  looker = await startLooker({ clock })
  cloud = dbt.cloud
  database = await createTestDatabase()
  ctx = database.context(clock)
  folder = await mkdtemp(join(tmpdir(), 'demo-startup-'))
  close = () => Promise.all([snowflake.close(), looker.close(), dbt.close(), database.drop(), rm(folder, { recursive: true })])
  const variables = variablesFor({ snowflake, looker, dbt }, 't')
  const company = new Company({ snowflake: snowflake.control, looker, cloud }, FIRST_START)
  company.advance(AFTERNOON)
  await putCatalogueInForce(ctx, await catalogueOf({ demo: 'startup', dataFolder: folder, firstStart: FIRST_START }), variables)
  const services = testServices(ctx, { ...extensions, lookup: (name) => variables[name] })
  probe = async () => {
    await ctx.pool.query('update connection_state set next_probe_at = $1', [new Date(ctx.clock.now())])
    for (const connection of ['dbt', 'snowflake', 'looker']) await probeConnection.run(services, { connection, isAlive: true })
  }
  goTo = async (time) => {
    clock.set(Math.max(clock.now(), Date.parse(`2026-11-19T${time}Z`)))
    company.advance(clock.now())
    await sweepDue(ctx)
  }
}, 60_000)
afterAll(() => close())

const last = async () => new Set((await Promise.all(SUBJECTS.map(([key, kind]) => changesOf(ctx, key, kind)))).map((told) => told.at(-1)))

it('a load that fails in the night turns folder, dashboard and tiles at the promised minute and is named, and all of it turns back by itself', async () => {
  await probe()
  await goTo('03:00:00')
  expect(await last()).toEqual(new Set([expect.stringMatching(/→ fresh$/)]))

  // Everything is loaded and made anew but the payments; somebody works on the dashboard all the time.
  await goTo('07:38:00')
  await probe()
  await goTo('07:40:00.001')
  expect(await last()).toEqual(new Set(['19 07:40 fresh → late']))
  await goTo('09:38:00')
  await probe()
  await goTo('09:40:00.001')
  expect(await last()).toEqual(new Set(['19 09:40 late → stale']))
  expect(looker.world.dashboards.find(({ title }) => title === 'Cash')?.updated_at).toMatch(/^2026-11-19T09:0/)

  const { groups } = await getStatusOverview(ctx)
  const feeds = groups.flatMap((group) => group.feeds)
  expect(feeds.filter(({ status }) => status !== 'fresh' && status !== null).map(({ key }) => key)).toEqual([
    'cash',
    'payments-load',
    'data-warehouse-staging',
    'data-warehouse-marts',
  ])
  expect(feeds.find(({ key }) => key === 'cash')?.heldBy).toMatchObject([
    { name: 'Payments', feedName: 'Payments load', reason: 'run-failed' },
    { name: 'Refunds' },
    { name: 'Invoices' },
  ])
  const [root] = (await getAssetPage(ctx, TILE))?.roots ?? []
  const run = await getExternalRunPage(ctx, root?.run?.id ?? '')
  expect(run?.run).toMatchObject({
    state: 'failed',
    job: '102',
    problem: expect.stringContaining("Numeric value '12,40' is not recognized"),
  })
  expect(run?.writes.map(({ key }) => key)).toEqual(['snowflake/RAW.PAYMENTS', 'snowflake/RAW.REFUNDS', 'snowflake/RAW.INVOICES'])

  cloud.runs.push({ id: 9_000_000_000, job: 102, environment: 1, project: 1, status: 1, createdAt: '2026-11-19T10:00:00.000Z', steps: [] })
  for (const time of ['10:01:00', '10:03:00']) await goTo(time)
  await probe()
  expect((await changesOf(ctx, TILE)).at(-1)).toMatch(/^19 10:0\d stale → fresh$/)
  expect(await last()).toEqual(new Set([(await changesOf(ctx, TILE)).at(-1)]))
  expect((await getStatusOverview(ctx)).counts).toMatchObject({ stale: 0, late: 0, unknown: 0 })
}, 60_000)

it('each table of the warehouse is one asset, told of by Snowflake, and by the job of dbt that writes it', async () => {
  const { rows } = await ctx.pool.query<{ sources: string; tables: number }>(
    `select string_agg(source, ' ' order by source) as sources, count(distinct key)::int as tables from (
       select distinct s.key, a.source from arrival a join subject s on s.id = a.asset_id where s.key ~ '^snowflake/(RAW|MARTS)') x
     group by key order by 1`,
  )
  const both = rows.filter(({ sources }) => sources === 'connection:snowflake job:dbt')
  expect(both.length).toBeGreaterThanOrEqual(20)
  const edges = await ctx.pool.query<{ origin: string }>(
    `select distinct origin from lineage_edge e join subject u on u.id = e.upstream_id join subject d on d.id = e.downstream_id
     where u.key = 'snowflake/RAW.PAYMENTS' and d.key = 'snowflake/STAGING.STG_PAYMENTS' and to_at is null order by 1`,
  )
  expect(edges.rows.map(({ origin }) => origin)).toEqual(['dbt', 'view'])
})
