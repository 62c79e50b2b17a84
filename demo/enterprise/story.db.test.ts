import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogueOf } from '#demo/catalogues.ts'
import { NO_PORTS } from '#demo/ports.ts'
import { replay } from '#demo/replay.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { orderReload } from '#lib/commands/orders/order-reload.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { getAskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { type Enterprise, startEnterprise } from './enterprise.ts'
import { UNTOLD_MS } from './exports.ts'
import { requireEnterpriseTables } from './lake-tables.ts'

const FIRST_START = Date.parse('2026-11-30T17:02:00Z')
const FROM = FIRST_START - 3 * DAY_MS

let harness: ScenarioHarness
let house: Enterprise
let folder: string

beforeAll(async () => {
  harness = await ScenarioHarness.open(new Date(FROM).toISOString())
  const { clock, lakeUrl } = harness
  folder = await mkdtemp(join(tmpdir(), 'demo-enterprise-'))
  const loaded = await loadCatalogue(
    await catalogueOf({ demo: 'enterprise', dataFolder: folder, firstStart: FIRST_START }),
    await loadExtensions(),
  )
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(harness.ctx, loaded)
  clock.set(FIRST_START)
  await requireEnterpriseTables(lakeUrl, { clock, firstStart: FIRST_START, toldFrom: FIRST_START - UNTOLD_MS })
  house = await startEnterprise({ clock, ports: NO_PORTS.enterprise, firstStart: FIRST_START, lakeUrl, until: undefined, asked: [] })
  for (const [name, value] of Object.entries(house.variables)) harness.variables.set(name, value)
  await replay(harness.ctx, { from: FROM, to: FIRST_START, firstStart: FIRST_START }, async () => {})
}, 60_000)
afterAll(async () => {
  await harness.close()
  await house.close()
  await rm(folder, { recursive: true })
})

const statuses = async () => {
  const { groups } = await getStatusOverview(harness.ctx)
  return Object.fromEntries(groups.flatMap(({ feeds }) => feeds.map(({ key, status }) => [key, status])))
}
const GOOD = { customer: 'fresh', payment: 'fresh', product: 'fresh', 'customer-search': 'fresh', segments: 'fresh' }
const breaks = () =>
  harness.rows<{ key: string; status: string; words: string }>(
    'select s.key, b.status, b.words from contract_break b join subject s on s.id = b.asset_id where b.to_at is null',
  )

/** The company works meanwhile. */
async function until(...instants: string[]): Promise<void> {
  for (const instant of instants) {
    await harness.until(instant)
    await house.work.advance(harness.clock.now())
  }
}

describe('the demo of shared data', () => {
  it('has a past after which invoices were not exported, and orders hold what their contract does not allow', async () => {
    expect(await statuses()).toEqual({ ...GOOD, invoice: 'late', order: 'late', revenue: 'late' })
    expect(await breaks()).toMatchObject([{ key: 'lake/shop.order', status: 'late', words: expect.stringContaining('partly-returned') }])
  })

  it('really lands what was exported of late, judges it, and builds what the service desk searches', async () => {
    const toldBefore = await breaks()
    await until('2026-11-30T17:02:30Z', '2026-11-30T17:03:30Z')
    const files = await harness.rows(
      "select flow_key, state, rows::int from inbox_file where arrived_at >= '2026-11-30T17:02:00Z' order by flow_key",
    )
    expect(files).toEqual([
      { flow_key: 'land-customer', state: 'landed', rows: 60 },
      { flow_key: 'land-order', state: 'landed', rows: 24 },
      { flow_key: 'land-payment', state: 'landed', rows: 5 },
    ])
    expect(await breaks()).toEqual(toldBefore)
    await requestRun(harness.ctx, { flow: 'customer-search' })
    await until('2026-11-30T17:04:00Z')
    expect(house.search.world.behind('customers')?.[0]?.documents.size).toBe(60)
    expect(await harness.lake('select count(*)::int as days from finance.revenue')).not.toEqual([{ days: 0 }])
    expect(await statuses()).toEqual({ ...GOOD, invoice: 'late', order: 'late', revenue: 'late' })
    await requestRun(harness.ctx, { flow: 'segments' })
    await until('2026-11-30T17:04:05Z')
    const unlike = 'select count(*)::int as all, count(kind)::int as kind, count(mostly)::int as mostly from marketing.segments'
    const [made] = await harness.lake<{ all: number; kind: number; mostly: number }>(unlike)
    expect(made).toEqual({ all: made?.all, kind: made?.all, mostly: made?.all })
    expect(made?.all).toBeGreaterThan(20)
  }, 60_000)

  it('tells whoever asks for a customer who makes it, which fields it has, who reads it and who would be hurt by what is announced', async () => {
    const found = await getAskedAsset(harness.ctx, 'lake/crm.customer', 'phone')
    expect(found?.fields.map(({ name, isSeen }) => `${name} ${isSeen}`)).toEqual([
      ...['id', 'kind', 'name', 'email', 'phone', 'country', 'since', 'address'].map((name) => `${name} true`),
      ...['address.street', 'address.city', 'address.postcode'].map((name) => `${name} true`),
    ])
    expect(found?.fields.find(({ name }) => name === 'since')).toMatchObject({ type: 'date', rules: 'required' })
    expect(found?.fields.filter(({ description, type }) => description === null || type === null)).toEqual([])
    expect(found?.contract).toMatchObject({ held: { owner: 'CRM team' }, coming: [{ version: '2.0.0' }], broken: null })
    expect(found?.hurt).toMatchObject({
      promised: { consumers: ['Customer service', 'Marketing'] },
      below: [{ key: 'search/customers' }, { key: 'lake/marketing.segments' }],
    })
  })

  it('has its invoices exported by the data factory, once, when somebody orders that', async () => {
    await orderReload(harness.ctx, { feed: 'invoice', reason: 'It was late.' })
    await until(...['30', '40', '50'].map((second) => `2026-11-30T17:04:${second}Z`))
    await until('2026-11-30T17:05:15Z', '2026-11-30T17:06:00Z', '2026-11-30T17:07:00Z', '2026-11-30T17:09:00Z')
    expect(await statuses()).toEqual({ ...GOOD, invoice: 'fresh', order: 'late', revenue: 'fresh' })
    const runs = await harness.rows("select state from external_run where job = 'export_invoice' and started_at > '2026-11-30T17:04:00Z'")
    expect(runs).toEqual([{ state: 'completed' }])
  })
})
