import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import dbt from '#lib/connectors/dbt.ts'
import postgres from '#lib/connectors/postgres.ts'
import type { Context } from '#lib/db/context.ts'
import { toIdentity } from '#lib/domain/lineage/identity.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { manifestOf, type NodeIn } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtWorld } from '#lib/testing/connectors/dbt-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { discovers, inForce } from '#lib/testing/worlds/found-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const WAREHOUSE = 'postgres://u@db.example.edu/lake'
const LAYERS = 5
const WIDTH = 100

let db: TestDatabase
let clock: FakeClock
let ctx: Context
let shop: DbtWorld
beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(Date.parse(NOW)))
  shop = await DbtWorld.begin(NOW)
})
afterEach(async () => {
  await shop.end()
  await db.drop()
})

const contracts = {
  ...campusContracts,
  connectors: new Map([...campusContracts.connectors, ['dbt', dbt] as const, ['postgres', postgres] as const]),
}

const CATALOGUE = `page: { name: P, zone: UTC }
connections:
  warehouse: { kind: postgres, url: "${WAREHOUSE}" }
  shop: { kind: dbt, path: /srv/dbt/target }
groups:
  money:
    feeds:
      own:
        owner: Grace
        assets:
          warehouse/raw.t0: { promised: false }
          shop/model.shop.m1_0: { name: Net sales, policy: { kind: age, lateAfter: 1h, staleAfter: 2h } }
adopt:
  - from: shop/**
    group: "{package}"
    feed: "{resource_type} {folder}"
`

/** Sources below, four layers of models above them, each node made from two of the layer below. */
function layers(): NodeIn[] {
  const idOf = (layer: number, at: number) => (layer === 0 ? `source.shop.raw.t${at}` : `model.shop.m${layer}_${at}`)
  return Array.from({ length: LAYERS * WIDTH }, (_, i) => {
    const [layer, at] = [Math.floor(i / WIDTH), i % WIDTH]
    const from = layer === 0 ? [] : [idOf(layer - 1, at), idOf(layer - 1, (at * 7 + 1) % WIDTH)]
    return { id: idOf(layer, at), from, more: { original_file_path: `models/layer${layer}/x.sql` } }
  })
}

async function takeOver(nodes: NodeIn[], at: string): Promise<void> {
  await shop.put('manifest.json', manifestOf(nodes, { at }))
  await discovers(ctx, await shop.discover(), { connection: 'shop' })
  await sync()
}

async function sync(): Promise<void> {
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: CATALOGUE }], contracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const warehouse = toIdentity(null, postgres.identity?.({ url: WAREHOUSE }) ?? null)
  if (warehouse === null || loaded.adoption === null) throw new Error('nothing would be resolved')
  await syncCatalogue(ctx, { ...loaded, adoption: { ...loaded.adoption, identities: new Map([['warehouse', warehouse]]) } })
}

async function edges(): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ edge: string }>(
    `select u.key || ' > ' || d.key as edge from lineage_now l join subject u on u.id = l.upstream_id join subject d on d.id = l.downstream_id`,
  )
  return rows.map(({ edge }) => edge).sort()
}

test('five hundred nodes are taken over by one rule, with their edges; what is gone later is gone, and what people wrote stays', async () => {
  const nodes = layers()
  // The first time a worker reads the file, nothing has been found yet.
  await sync()
  await takeOver(nodes, NOW)
  const shown = await inForce(ctx)
  expect(shown.filter((line) => line.includes('shop/'))).toHaveLength(nodes.length)
  expect(shown).toContain('shop / shop-model-layer4 / shop/model.shop.m4_99')
  const told = nodes.flatMap(({ id, from = [] }) => [...new Set(from)].map((up) => `shop/${up} > shop/${id}`))
  expect(await edges()).toEqual([...told, 'warehouse/raw.t0 > shop/source.shop.raw.t0'].sort())

  const left = nodes.filter(({ id }) => id !== 'model.shop.m4_99' && id !== 'model.shop.m4_98')
  clock.set(Date.parse(NOW) + DAY_MS)
  await takeOver(left, '2026-11-30T12:00:00Z')
  const after = await inForce(ctx)
  expect(after.filter((line) => line.endsWith('(gone)')).map((line) => line.split(' / ')[2])).toEqual([
    'shop/model.shop.m4_98 (gone)',
    'shop/model.shop.m4_99 (gone)',
  ])
  const { rows } = await ctx.pool.query(
    `select s.name, f.owner, st.status, st.reason from subject s join asset a on a.subject_id = s.id join feed f on f.subject_id = a.feed_id
     left join lateral (select status, reason from status_span where subject_id = s.id order by from_at desc limit 1) st on true
     where s.key in ('shop/model.shop.m1_0', 'shop/model.shop.m4_99') order by s.key`,
  )
  expect(rows).toEqual([
    { name: 'Net sales', owner: 'Grace', status: 'unknown', reason: expect.not.stringContaining('gone') },
    { name: 'm4_99', owner: null, status: 'unknown', reason: 'gone' },
  ])
})
