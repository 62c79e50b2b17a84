import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUpWorld } from '#demo/startup/looker/world.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import looker from '#lib/connectors/looker.ts'
import postgres from '#lib/connectors/postgres.ts'
import type { Context } from '#lib/db/context.ts'
import { toIdentity } from '#lib/domain/lineage/identity.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { closeLookers, connectionTo, discover, openLooker } from '#lib/testing/connectors/pretend-looker.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, look, seen, spansOf } from '#lib/testing/history/state-world.ts'
import { discovers } from '#lib/testing/worlds/found-world.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const LAKE = 'postgres://u@db.example.edu/analytics'
const contracts = {
  ...campusContracts,
  connectors: new Map([...campusContracts.connectors, ['looker', looker] as const, ['postgres', postgres] as const]),
}
const CATALOGUE = `page: { name: P, zone: UTC }
connections:
  lake: { kind: postgres, url: "${LAKE}" }
  looker: { kind: looker, url: "https://looker.example.edu", clientId: a, clientSecret: "\${LOOKER_SECRET}" }
groups:
  data:
    feeds:
      tables:
        policy: { kind: age, lateAfter: 3h, staleAfter: 300h }
        assets:
          lake/marts.fct_margin: { column: loaded_at, name: Margin, blindAfter: 900h }
          lake/marts.dim_products: { column: loaded_at, blindAfter: 900h }
          lake/marts.fct_cash: { column: loaded_at, blindAfter: 900h }
adopt:
  - from: looker/**
    group: "{folder}"
    feed: "{dashboard}"
`
const TABLES = ['lake/marts.fct_margin', 'lake/marts.dim_products', 'lake/marts.fct_cash']
const [LATE = ''] = TABLES
const TILE = 'looker/dashboards/14/1401'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})
afterEach(async () => {
  await closeLookers()
  await db.drop()
})

async function sync(): Promise<void> {
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: CATALOGUE }], contracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const lake = toIdentity({ case: 'ignore' }, postgres.identity?.({ url: LAKE }) ?? null)
  if (lake === null || loaded.adoption === null) throw new Error('nothing would be resolved')
  await syncCatalogue(ctx, { ...loaded, adoption: { ...loaded.adoption, identities: new Map([['lake', lake]]) } })
}
const loadAll = (at: number, keys = TABLES) =>
  look(
    ctx,
    keys.map((key) => seen(key, { writtenAt: at })),
  )

async function sweepAt(instant: number): Promise<void> {
  clock.set(instant)
  await sweepDue(ctx)
}

/** Where the last change of each came about, and to what. */
async function lastChanges(): Promise<(string | undefined)[]> {
  const subjects = [
    [LATE, 'asset'],
    [TILE, 'asset'],
    ['finance-month-end', 'feed'],
    ['finance', 'group'],
  ] as const
  return Promise.all(subjects.map(async ([key, kind]) => (await changesOf(ctx, key, kind)).at(-1)))
}

test('a dashboard turns with the table behind its tiles, though somebody has just edited it, and back by itself', async () => {
  const world = startUpWorld()
  world.dashboards = world.dashboards.filter(({ title }) => title === 'Cash' || title === 'Month end')
  const server = await openLooker(world)
  await sync()
  await discovers(ctx, await discover(server))
  await sync()
  await loadAll(START)
  expect((await spansOf(ctx, TILE)).at(-1)).toBe('fresh/on-time 20 12:00–')

  // All other tables are loaded meanwhile; the dashboard is edited and looked at a minute before its table turns late.
  clock.set(START + 2 * HOUR_MS)
  await loadAll(clock.now(), TABLES.slice(1))
  clock.set(START + 3 * HOUR_MS - MINUTE_MS)
  for (const one of world.dashboards) one.updated_at = new Date(clock.now()).toISOString()
  const asset = { key: TILE, path: 'dashboards/14/1401', settings: {}, previous: null }
  await look(ctx, await Array.fromAsync(askOnce(looker).observe(connectionTo(server), [asset])), 'looker')
  await sweepAt(START + 3 * HOUR_MS + 1)
  expect(new Set(await lastChanges())).toEqual(new Set(['20 15:00 fresh → late']))
  expect((await spansOf(ctx, TILE)).at(-1)).toBe('late/blocked 20 15:00–')
  expect((await spansOf(ctx, 'looker/dashboards/13/1301')).at(-1)).toMatch(/^fresh\//)
  const { rows } = await ctx.pool.query('select a.verdict from asset a join subject s on s.id = a.subject_id where s.key = $1', [TILE])
  const blocker = await ctx.pool.query('select id from subject where key = $1', [LATE])
  expect(rows[0]?.verdict.blockedBy).toEqual([blocker.rows[0]?.id])

  clock.set(START + 4 * HOUR_MS)
  await loadAll(clock.now())
  expect(new Set(await lastChanges())).toEqual(new Set(['20 16:00 late → fresh']))
})
