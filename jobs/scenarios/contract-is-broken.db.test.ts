import { afterEach, beforeEach, expect, it } from 'vitest'
import { getOutlook } from '#lib/queries/outlook/outlook.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const CATALOGUE = `page: { name: CRM, zone: UTC, readyBy: "08:00" }
connections: { lake: { kind: postgres, probe: 1h, url: "\${LAKE_DATABASE_URL}" } }
tell: { email: { to: data@crm.example, from: tidemark@crm.example, smtp: "\${SMTP_URL}" } }
contracts:
  customers:
    apiVersion: v3.1.0
    kind: DataContract
    id: customers
    version: 1.0.0
    status: active
    team: { name: CRM data office }
    customProperties: [{ property: consumers, value: [Sales forecast] }]
    schema:
      - name: customer
        properties:
          - { name: id, logicalType: integer }
          - { name: email, logicalType: string }
          - { name: updated_at, logicalType: timestamp }
groups:
  crm: { feeds: { customers: { policy: { kind: age, lateAfter: 3d, staleAfter: 6d }, assets: { lake/crm.customer: { column: updated_at, contract: customers } } } } }
flows:
  leads:
    feed: sales/leads
    schedule: "0 7 * * *"
    requires: contract
    extract: { from: lake/crm.customer }
    load: { into: lake/sales.leads, mode: replace }
`
let harness: ScenarioHarness
let mail: MailServer

beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-30T06:00:00Z')
  mail = await startMailServer()
  harness.variables.set('SMTP_URL', mail.url)
  await harness.inLake(`create schema crm; create table crm.customer (id int, email text, updated_at timestamptz);
    insert into crm.customer values (1, 'ann@crm.example', '2026-11-30T05:00:00Z')`)
  await harness.declare(CATALOGUE)
})
afterEach(async () => {
  await harness.close()
  await mail.close()
})

const runs = () =>
  harness.rows(`select state, waiting_for as waits from run where flow = 'leads' and scheduled_for <= $1 order by scheduled_for`, [
    new Date(harness.clock.now()),
  ])

async function whomItConcerns() {
  const { lines } = await getOutlook(harness.ctx, await getFeedRows(harness.ctx))
  return lines[0]?.concerned.map(({ name, subject }) => [name, subject?.kind ?? null])
}

it('a column that is renamed is red before it is loaded from, owner and consumers are told, and the load goes on once it is mended', async () => {
  await harness.until('2026-11-30T06:05:00Z')
  expect((await spansOf(harness.ctx, 'customers', 'feed')).at(-1)).toMatch(/^fresh\/on-time/)
  await harness.inLake('alter table crm.customer add column phone text')
  await harness.until('2026-11-30T06:30:00Z')
  await harness.inLake('alter table crm.customer rename column email to mail')
  // The tick asks for a look, and what that sees is judged before the run may begin.
  for (const at of ['07:00:00', '07:00:05', '07:00:10']) await harness.until(`2026-11-30T${at}Z`)
  const words = 'the field "email" is gone, perhaps renamed: "mail" came (promised by "CRM data office"; read by "Sales forecast")'
  expect(await runs()).toEqual([
    { state: 'scheduled', waits: `Waits for the contract about lake/crm.customer to be kept again: ${words}.` },
  ])
  expect((await spansOf(harness.ctx, 'customers', 'feed')).at(-1)).toMatch(/^stale\/contract-broken 30 07:00–$/)
  expect(mail.mails.join('\n').replaceAll(/(=\r?\n|\s)+/g, ' ')).toMatch(
    /perhaps renamed.*promised by "CRM data office"; read by "Sales forecast"/,
  )
  expect(await whomItConcerns()).toEqual([
    ['Leads', 'feed'],
    ['Sales forecast', null],
  ])
  await harness.inLake('alter table crm.customer rename column mail to email')
  await harness.until('2026-11-30T07:20:00Z')
  await harness.until('2026-11-30T07:20:10Z')
  expect(await runs()).toEqual([{ state: 'completed', waits: null }])
  expect(await harness.lake('select email from sales.leads')).toEqual([{ email: 'ann@crm.example' }])
  expect((await spansOf(harness.ctx, 'customers', 'feed')).at(-1)).toMatch(/^fresh\/on-time 30 07:\d\d–$/)
})
