import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import discoverConnection from '#jobs/kinds/discover-connection.ts'
import { readIdentities } from '#jobs/worker/identities.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import { followContracts } from '#lib/commands/contracts/follow-contracts.ts'
import { takeMessages } from '#lib/commands/push/take-messages.ts'
import type { Context } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { openPushDoor } from '#lib/testing/push/push-door.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../lib/testing/contracts/wire/${name}`, import.meta.url), 'utf8'))

/** What dbt wrote of one model, before and after its producer renames a field, made now. */
function manifestOf(when: When): object {
  return madeNow(read(`manifest-${when}.json`))
}

/** Something that dbt wrote, made now. */
function madeNow(artifact: { metadata: object }): object {
  return {
    ...artifact,
    metadata: { ...artifact.metadata, generated_at: new Date(systemClock.now()).toISOString(), invocation_id: randomUUID() },
  }
}

/** What dbt, or the listener in Spark, sends of such a table by OpenLineage, sent now; that of Spark also takes a field out of an object. */
function eventOf(who: 'spark' | 'dbt-event', when: When): object {
  const event = read(`${who}-${when}.json`)
  return { ...event, eventTime: new Date(systemClock.now()).toISOString(), run: { ...event.run, runId: randomUUID() } }
}

type When = 'before' | 'after'

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: customer
version: 1.0.0
status: active
team: { name: CRM data office }
schema:
  - name: customer
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - { name: email, logicalType: string }
      - name: address
        logicalType: object
        properties: [{ name: city, logicalType: string }, { name: zip, logicalType: string }]
`
const CATALOGUE = `page: { name: CRM, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${WATCHED}" }
  shop: { kind: dbt, artifacts: pushed }
  warehouse: { kind: postgres, url: "\${WATCHED}", identity: { names: [warehouse], namespaces: ["postgres://warehouse.example:5432"] } }
  mart: { kind: postgres, url: "\${WATCHED}", identity: { names: [postgres], namespaces: ["postgres://mart.example:5432"] } }
groups:
  crm:
    feeds:
      customers:
        contract: contracts/customer.yaml
        assets: { lake/crm.customer: {}, shop/model.crm.customer: {}, mart/crm.customer: {}, warehouse/crm.customer: {} }
`

let door: Awaited<ReturnType<typeof openPushDoor>>
let watched: TestDatabase
let ctx: Context
let services: JobServices

beforeAll(async () => {
  ;[door, watched] = await Promise.all([openPushDoor(), createTestDatabase()])
  ctx = door.world.database.context()
  services = testServices(ctx, { ...(await loadExtensions()), lookup: (name) => (name === 'WATCHED' ? watched.url : undefined) })
  // Its world was made with ids of its own.
  await ctx.pool.query("select setval(pg_get_serial_sequence('subject', 'id'), 1000)")
  await watched.context().pool.query('create schema crm; create table crm.customer (id int primary key, email text, address jsonb)')
  await reloadCatalogue(services, {
    ok: true,
    texts: [
      { file: 'tidemark.yaml', text: CATALOGUE },
      { file: 'contracts/customer.yaml', text: CONTRACT },
    ],
  })
})
afterAll(async () => {
  await door.close()
  await watched.drop()
})

async function discover(connection: string): Promise<void> {
  await ctx.pool.query("update discovery set next_at = now() - interval '1 minute' where connection_key = $1", [connection])
  await discoverConnection.run(services, { connection })
}

/** What each of them does when it looks, builds or loads, and what follows of all that. */
async function happens(when: When): Promise<string[]> {
  await discover('lake')
  expect((await door.send('/api/v1/dbt', manifestOf(when))).status).toBe(201)
  await discover('shop')
  for (const who of ['spark', 'dbt-event'] as const)
    expect((await door.send('/api/v1/lineage', eventOf(who, when))).status).toBeLessThan(300)
  while ((await takeMessages(ctx, await readIdentities(services))) > 0);
  await followContracts(ctx)
  return broken()
}

async function broken(): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ line: string }>(
    `select s.key || ': ' || b.words as line from contract_break b join subject s on s.id = b.asset_id where to_at is null order by s.key`,
  )
  return rows.map(({ line }) => line)
}

test('a field that a producer renames breaks its contract alike in a table, a model of dbt and a schema facet of OpenLineage, from what each of them sends', async () => {
  expect(await happens('before')).toEqual([])
  const seen = await ctx.pool.query<{ key: string; names: string[] }>(
    `select s.key, array(select c ->> 'name' from jsonb_array_elements(h.columns) c) as names
     from asset_shape h join subject s on s.id = h.asset_id where s.removed_at is null order by s.key`,
  )
  expect(Object.fromEntries(seen.rows.map(({ key, names }) => [key, names.join(' ')]))).toEqual({
    'lake/crm.customer': 'id email address',
    'mart/crm.customer': 'id email address',
    'shop/model.crm.customer': 'id email address',
    'warehouse/crm.customer': 'id email address address.city address.zip',
  })
  await watched.context().pool.query('alter table crm.customer rename column email to mail')
  const renamed = 'the field "email" is gone, perhaps renamed: "mail" came'
  expect(await happens('after')).toEqual([
    `lake/crm.customer: ${renamed} (promised by "CRM data office")`,
    `mart/crm.customer: ${renamed} (promised by "CRM data office")`,
    `shop/model.crm.customer: ${renamed} (promised by "CRM data office")`,
    `warehouse/crm.customer: ${renamed}; the field "address.zip" is gone (promised by "CRM data office")`,
  ])
  await watched.context().pool.query('alter table crm.customer rename column mail to email')
  expect(await happens('before'), 'mended').toEqual([])
})

test('a column that a model of dbt does not document is not gone; the docs that dbt generates tell whether it is there, and of what type', async () => {
  const tells = async (...artifacts: { metadata: object }[]) => {
    for (const artifact of artifacts) expect((await door.send('/api/v1/dbt', madeNow(artifact))).status).toBe(201)
    await discover('shop')
    await followContracts(ctx)
    return (await broken()).filter((line) => line.startsWith('shop/'))
  }
  const [manifest, catalog] = [read('manifest-documented-in-part.json'), read('catalog.json')]
  const { address, email, ...others } = catalog.nodes['model.crm.customer'].columns
  const without = (columns: object) => ({
    ...catalog,
    nodes: { ...catalog.nodes, 'model.crm.customer': { ...catalog.nodes['model.crm.customer'], columns } },
  })
  expect(await tells(manifest)).toEqual([])
  expect(await tells(manifest, catalog)).toEqual([])
  expect(await tells(manifest, without({ ...others, email }))).toEqual([
    'shop/model.crm.customer: the field "address" is gone (promised by "CRM data office")',
  ])
  expect(await tells(manifest, without({ ...others, address, email: { ...email, type: 'bigint' } }))).toEqual([
    'shop/model.crm.customer: the field "email" has another type: string before, bigint now (promised by "CRM data office")',
  ])
  expect(await tells(manifest, catalog)).toEqual([])
})
