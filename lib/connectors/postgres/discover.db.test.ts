import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Found } from '#lib/connectors/kit/connector.ts'
import postgres from '#lib/connectors/postgres.ts'
import { policyInputSchema } from '#lib/domain/freshness/policies/policy.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'
import type { PostgresSettings } from './settings.ts'

const { discover, observe } = askOnce(postgres)

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
})
afterAll(() => db.drop())

async function found(settings: Partial<PostgresSettings> = {}): Promise<Map<string, Found>> {
  return new Map((await Array.fromAsync(discover(db.connection(settings)))).map((one) => [one.path, one]))
}

describe('a database nobody designed for us', () => {
  beforeAll(async () => {
    await db.sql(`create schema sales; create schema "Odd ""Schema"; create extension pg_stat_statements;
      create table sales.region (code text primary key, name text); insert into sales.region select g, g from generate_series(1, 9) g;
      create table sales.orders (id int primary key, region text references sales.region, order_date date, "UpdatedAt" timestamptz not null default now(), created_at timestamptz);
      create index on sales.orders ("UpdatedAt");
      insert into sales.orders select g, '1', current_date - g, date_trunc('day', now()) - g * interval '1 day', now() from generate_series(0, 20) g;
      create table sales.lines (order_id int references sales.orders, _fivetran_synced timestamp, modified_date timestamp);
      create view sales.recent as select l.*, o.order_date from sales.lines l join sales.orders o on o.id = l.order_id;
      create materialized view sales.totals as select count(*), max(order_date) as order_date from sales.recent;
      create table sales.weekly (loaded_at timestamptz); create index on sales.weekly (loaded_at);
      insert into sales.weekly select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - g * interval '7 days' from generate_series(0, 8) g;
      create table sales.old (load_date date); insert into sales.old values (current_date - 400), (current_date - 401);
      create table sales.people (birth_date date, valid_until timestamptz, hire_date date);
      create table sales.events (event_time timestamptz, payload jsonb) partition by range (event_time);
      create table sales.events_now partition of sales.events for values from ('2020-01-01') to ('2100-01-01');
      create index on sales.events (event_time);
      create table "Odd ""Schema"."Table.With.Dots" ("load ts" timestamptz);
      create table public.flyway_schema_history (installed_on timestamp)`)
  })

  test('is found whole: tables, views, materialised views and partitioned tables, but nothing of the system or of extensions', async () => {
    const all = [...(await found()).keys()]
    expect(all).toEqual([
      '"Odd ""Schema"."Table.With.Dots"',
      'public.flyway_schema_history',
      ...['events', 'lines', 'old', 'orders', 'people', 'recent', 'region', 'totals', 'weekly'].map((name) => `sales.${name}`),
    ])
    expect([...(await found({ schemas: ['public'] })).keys()]).toEqual(['public.flyway_schema_history'])
  })

  test('gets the most telling time column of each table', async () => {
    const all = await found()
    const settings = (path: string) => all.get(path)?.settings
    expect(settings('sales.orders')).toEqual({ column: 'UpdatedAt' })
    expect(settings('sales.lines')).toEqual({ column: '_fivetran_synced' })
    expect(settings('sales.events')).toEqual({ column: 'event_time', clock: 'dataThroughAt' })
    expect(settings('sales.totals')).toEqual({ column: 'order_date', clock: 'dataThroughAt' })
    expect(settings('sales.people')).toEqual({})
    expect(settings('"Odd ""Schema"."Table.With.Dots"')).toEqual({ column: 'load ts' })
    expect(all.get('sales.orders')?.policy?.because).toContain('an index leads with it')
  })

  test('shows what views are made of and what foreign keys point to', async () => {
    const all = await found()
    expect(all.get('sales.recent')?.upstream).toEqual(
      expect.arrayContaining([
        { path: 'sales.lines', hint: 'view' },
        { path: 'sales.orders', hint: 'view' },
      ]),
    )
    expect(all.get('sales.totals')?.upstream).toEqual([{ path: 'sales.recent', hint: 'view' }])
    expect(all.get('sales.lines')?.upstream).toEqual([{ path: 'sales.orders', hint: 'foreign-key' }])
  })

  test('shows the columns of each with their types, and what comments say', async () => {
    await db.sql(`comment on table sales.orders is 'One row an order.'; comment on column sales.orders.region is 'Where it came from.'`)
    const all = await found()
    expect(all.get('sales.orders')).toMatchObject({
      description: 'One row an order.',
      columns: [
        { name: 'id', type: 'integer', description: null },
        { name: 'region', type: 'text', description: 'Where it came from.' },
        { name: 'order_date', type: 'date' },
        { name: 'UpdatedAt', type: 'timestamp with time zone' },
        { name: 'created_at' },
      ],
    })
    expect(all.get('sales.totals')?.columns?.map(({ name, type }) => `${name} ${type}`)).toEqual(['count bigint', 'order_date date'])
  })

  test('gets promises its own past would have kept, each with its reason', async () => {
    const all = await found()
    const policy = (path: string) => all.get(path)?.policy
    expect(policy('sales.orders')?.input).toEqual({ kind: 'calendar-days' })
    expect(policy('sales.weekly')?.input).toEqual({ kind: 'calendar-days', lateAfterDays: 7, staleAfterDays: 100 })
    expect(policy('sales.region')).toEqual({ input: { kind: 'none' }, because: expect.stringContaining('lookup table') })
    expect(policy('sales.old')).toEqual({ input: { kind: 'none' }, because: expect.stringContaining('400 days') })
    expect(policy('public.flyway_schema_history')?.input).toEqual({ kind: 'none' })
    for (const one of all.values()) expect(policyInputSchema.safeParse(one.policy?.input).success, one.path).toBe(true)
  })

  test('can be looked at with what was proposed', async () => {
    const all = [...(await found()).values()]
    const assets = all.map((one) => anAsset(one.path, one.settings))
    const seen = await Array.fromAsync(observe(db.connection(), assets))
    expect(seen).toHaveLength(all.length)
    expect(seen.filter((one) => !one.ok)).toMatchObject([
      { assetKey: 'db/sales.totals', publicMessage: expect.stringContaining('none with a value') },
    ])
  })
})

test('tables the account may not read are proposed unjudged, saying so', async () => {
  const reader = `proposer_${process.pid}`
  await db.sql(`create role ${reader} login password 'look'; create table public.secret (loaded_at timestamptz)`)
  const url = new URL(db.url)
  url.username = reader
  url.password = 'look'
  const one = (await found({ url: url.href })).get('public.secret')
  await db.sql(`drop role ${reader}`)
  expect(one).toMatchObject({ settings: {}, policy: { input: { kind: 'none' }, because: expect.stringContaining('GRANT SELECT') } })
})

test('a thousand tables are found in one go', async () => {
  const big = await createWatchedDatabase()
  const client = new Client({ connectionString: big.url })
  await client.connect()
  await client.query(
    `do $$ begin for i in 1..1000 loop execute format('create table t%s (id int, loaded_at timestamptz)', i); end loop; end $$`,
  )
  await client.end()
  const all = await Array.fromAsync(discover(big.connection()))
  await big.drop()
  expect(all).toHaveLength(1000)
  expect(all.every((one) => one.settings['column'] === 'loaded_at')).toBe(true)
})
