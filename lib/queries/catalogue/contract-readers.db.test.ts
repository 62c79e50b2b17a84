import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concernedToTell } from '#lib/commands/messages/concerned-to-tell.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { incidentSchema } from '#lib/queries/api/incident-answers.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { INCIDENT_LIST } from '#lib/queries/api/list-incidents.ts'
import { getIncident } from '#lib/queries/incidents/incident.ts'
import { getIncidents } from '#lib/queries/incidents/incidents.ts'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { aCustomerContract, CUSTOMERS, declareCustomers } from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { getAskedAsset } from './asked-asset.ts'
import { getComingVersions } from './coming-versions.ts'
import { getContractReaders } from './contract-readers.ts'

let db: TestDatabase
let ctx: Context

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt(Date.parse('2026-11-10T12:00:00Z')))
  await declareCustomers(ctx, [
    aCustomerContract('1.0.0', ['id bigint']),
    aCustomerContract('2.0.0', ['no bigint'], '2026-12-01T00:00:00Z'),
  ])
})
afterAll(() => db.drop())

describe('whom a broken contract concerns', () => {
  const AT = Date.parse('2026-11-09T12:00:00Z')
  const iso = (at: number) => new Date(at).toISOString()
  const told = (found: Awaited<ReturnType<typeof getIncidents>>['open'] | undefined) =>
    found?.map(({ id, concerned }) => [
      id,
      ...concerned.map(({ name, owners, isNamed, isBelow }) => [name, ...owners, isNamed, isBelow].join(' ')),
    ])

  beforeAll(async () => {
    const { rows } = await ctx.whole.query<{ id: number }>('select id from subject where key = $1', [CUSTOMERS.table])
    const id = rows[0]?.id ?? 0
    const insert = (incident: number, from: number, to: number | null) =>
      ctx.whole.query(
        `with i as (
           insert into incident (id, key, opened_at, opened_by, ended_at, end_how, status, roots, statuses, entries, causes, related)
           values ($1, $2 || '@' || $1::int, $3, $2, $4::timestamptz, case when $4::timestamptz is not null then 'resolved' end, 'stale', $5, '[]', '[]', array[$2], '{}'))
         insert into incident_member values ($1, $6, $3, $4)`,
        [
          incident,
          `asset:${id}`,
          iso(from),
          to === null ? null : iso(to),
          JSON.stringify([{ key: `asset:${id}`, since: from, from, to }]),
          id,
        ],
      )
    await ctx.whole.query(
      `insert into contract_break (asset_id, from_at, to_at, status, version, words) values ($1, $2, $3, 'stale', '1.0.0', 'x'), ($1, $4, null, 'stale', '1.0.0', 'x')`,
      [id, iso(AT - 5 * HOUR_MS), iso(AT - 4 * HOUR_MS), iso(AT)],
    )
    await insert(1, AT - 5 * HOUR_MS, AT - 4 * HOUR_MS)
    await insert(2, AT - 3 * HOUR_MS, AT - 2 * HOUR_MS)
    await insert(3, AT, null)
  })
  afterAll(() => ctx.whole.query('delete from audience_group'))

  it('is told of each incident about one, by contract and by lineage, with owners; of one about something else nobody', async () => {
    const { open, days } = await getIncidents(ctx, { feed: null, before: null }, 'UTC')
    const both = ['Leads Sales team false true', 'Sales forecast true false']
    expect(told(open)).toEqual([[3, ...both]])
    expect(told(days.flatMap(({ incidents }) => incidents))).toEqual([[2], [1, ...both]])
    expect((await atomFeed(ctx))?.xml).toContain('It concerns who reads it: Leads (Sales, ask Sales team) and Sales forecast.')
    expect((await getIncident(ctx, 3))?.concerned).toEqual(open[0]?.concerned)
    const { items } = await getApiPage(ctx, INCIDENT_LIST, { ended: false })
    expect(incidentSchema.parse(items[0]).concerned).toEqual([
      ...[
        { name: 'Leads', kind: 'feed', key: 'leads', group: { key: 'sales', name: 'Sales' }, owners: ['Sales team'], knownBy: ['lineage'] },
      ],
      ...[{ name: 'Sales forecast', kind: null, key: null, group: null, owners: [], knownBy: ['contract'] }],
    ])
  })

  it('learns it on its own page, as long as it is broken', async () => {
    const asset = { key: CUSTOMERS.table, name: expect.any(String) }
    expect((await getFeedPage(ctx, 'leads'))?.brokenAbove).toEqual([{ asset, version: '1.0.0', since: AT, words: 'x' }])
    expect((await getFeedPage(ctx, 'customers'))?.brokenAbove).toEqual([])
  })

  it('is nobody whom the reader may not see, and whom a channel may name is what everybody sees, or it hears of', async () => {
    await ctx.whole.query("insert into audience_group select 'crm', id from subject where kind = 'group' and key = 'crm'")
    const narrow = asActor(ctx, visitor('crm'))
    expect(told((await getIncidents(narrow, { feed: null, before: null }, 'UTC')).open)).toEqual([[3, 'Sales forecast true false']])
    const names = async (reader: Context | null, ...groups: string[]) =>
      (await concernedToTell(ctx, { id: 3, feeds: [] }, { reader, groups })).map(({ name }) => name)
    expect(await names(narrow)).toEqual(['Sales forecast'])
    expect(await names(null)).toEqual(['Sales forecast'])
    expect(await names(null, 'sales')).toEqual(['Leads', 'Sales forecast'])
    await ctx.whole.query(`insert into flow (name, zone, "after", settings) values ('sales forecast', 'UTC', '{}', '{}')`)
    expect(await names(null, 'sales'), 'a flow that not everybody sees').toEqual(['Leads'])
    await ctx.whole.query("delete from flow where name = 'sales forecast'")
  })
})

describe('a reader that a contract names', () => {
  it('is known by the name of a group, feed or asset, and by its owner', async () => {
    const [id = 0] = await ctx.pool
      .query<{ id: number }>('select id from subject where key = $1', [CUSTOMERS.consumer])
      .then(({ rows }) => [rows[0]?.id])
    const named = await getContractReaders(ctx, ['Sales forecast', 'LEADS', 'sales team', 'Sales'], [id])
    expect(named).toEqual([
      { name: 'Sales forecast', subject: null, assetIds: [] },
      { name: 'LEADS', subject: { kind: 'feed', key: 'leads' }, assetIds: [id] },
      { name: 'sales team', subject: null, assetIds: [id] },
      { name: 'Sales', subject: { kind: 'group', key: 'sales' }, assetIds: [id] },
    ])
    expect((await getAskedAsset(ctx, CUSTOMERS.table, null))?.readers).toEqual([named[0]])
    expect((await getAskedAsset(ctx, CUSTOMERS.consumer, null))?.readers).toEqual([])
  })

  it('is nothing that whoever asks may not see, nor is it one of what will change', async () => {
    const [id = 0] = await ctx.pool
      .query<{ id: number }>('select id from subject where key = $1', [CUSTOMERS.consumer])
      .then(({ rows }) => [rows[0]?.id])
    await ctx.whole.query("insert into audience_group select 'crm', id from subject where kind = 'group' and key = 'crm'")
    const narrow = asActor(ctx, visitor('crm'))
    expect(await getContractReaders(narrow, ['Leads', 'Sales', 'Sales team', 'CRM'], [id])).toEqual([
      ...['Leads', 'Sales', 'Sales team'].map((name) => ({ name, subject: null, assetIds: [] })),
      { name: 'CRM', subject: { kind: 'group', key: 'crm' }, assetIds: [] },
    ])
    const readers = async (as: Context) => (await getComingVersions(as)).map((one) => one.readers.map(({ key }) => key))
    expect(await readers(ctx)).toEqual([['leads']])
    expect(await readers(narrow)).toEqual([[]])
  })
})
