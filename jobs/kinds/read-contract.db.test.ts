import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import { followAddress } from '#lib/commands/contracts/follow-address.ts'
import { followContracts } from '#lib/commands/contracts/follow-contracts.ts'
import { gateOf } from '#lib/commands/runs/run-gate.ts'
import { listDueAddresses } from '#lib/db/catalogue/contract-addresses.ts'
import type { Context } from '#lib/db/context.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import type { Run } from '#lib/db/runs/runs.ts'
import { getPage } from '#lib/db/settings.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getAssetContracts } from '#lib/queries/catalogue/asset-contracts.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { aCustomerContract, discoversColumns } from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { type Answer, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import readContract from './read-contract.ts'

const START = Date.parse('2026-11-10T12:00:00Z')
const ASSET = 'lake/crm.customer'
const PROMISED = ['id integer', 'email text']
const folder = mkdtempSync(join(tmpdir(), 'tidemark-address-'))
const config = join(folder, 'tidemark.yaml')
let extensions: Awaited<ReturnType<typeof loadExtensions>>
let db: TestDatabase
let clock: FakeClock
let ctx: Context
let services: JobServices
let producer: HttpReceiver

beforeAll(async () => {
  extensions = await loadExtensions()
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
  producer = await startHttpReceiver()
  services = testServices(ctx, { config, ...extensions })
})
afterEach(async () => {
  await db.drop()
  await producer.close()
})

/** The catalogue names the address, for an entity where one is given. */
async function declare(entity?: string): Promise<void> {
  const contract = entity === undefined ? producer.url : `{ of: "${producer.url}", entity: ${entity} }`
  writeFileSync(
    config,
    `page: { name: CRM, zone: UTC }
connections: { lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" } }
groups: { crm: { feeds: { customers: { assets: { ${ASSET}: { contract: ${contract} } } } } } }
flows:
  leads: { feed: sales/leads, schedule: "0 3 * * *", requires: contract, extract: { from: ${ASSET} }, load: { into: lake/sales.leads, mode: replace } }
`,
  )
  await reloadCatalogue(services)
}
const serve =
  (text: string, etag: string): Answer =>
  (response, { headers }) => {
    if (headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { 'content-type': 'text/plain', etag }).end(text)
  }
const version = (name: string, fields: readonly string[] = PROMISED, from?: string) => aCustomerContract(name, fields, from).text
const fail =
  (status: number): Answer =>
  (response) =>
    response.writeHead(status).end('no')

/** What is due now is asked. */
async function ask(): Promise<void> {
  for (const url of await listDueAddresses(ctx.pool, clock.now())) await readContract.run(services, { url })
}
async function askAfter(ms: number, answer: Answer): Promise<void> {
  clock.set(clock.now() + ms)
  producer.behave(answer)
  await ask()
}
async function seen() {
  const { rows } = await ctx.pool.query<{ id: number }>("select id from subject where key = $1 and kind = 'asset'", [ASSET])
  const [contract] = await getAssetContracts(ctx, [rows[0]?.id ?? 0])
  return contract
}
const time = (at: number | null | undefined) => (at == null ? at : new Date(at).toISOString().slice(11, 16))
const versions = async () => (await seen())?.versions.map((one) => `${one.version} ${time(one.from)}`)
const problem = async () => {
  const told = (await seen())?.address?.problem
  return told && `${told.kind} ${time(told.since)} ${told.words}`
}
const gate = async () => {
  const flows = new Map((await listFlows(ctx.pool)).map((flow) => [flow.name, flow]))
  const run = { flow: 'leads', attempt: 0, trigger: 'manual', scheduledFor: clock.now(), lookFrom: null } as unknown as Run
  return (await gateOf(ctx.pool, run, flows, clock.now()))?.words
}

describe('a contract at an address', () => {
  test('is read as soon as the catalogue names it, asked again with what tells whether it is the same, and forgotten with its name', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare()
    expect(await versions()).toEqual([])
    expect(await gate()).toBe(`Waits for the contract about ${ASSET}, which has never been read from its address.`)
    await ask()
    expect(await versions()).toEqual(['1.0.0 null'])
    expect(await gate()).not.toContain('never been read')
    await ask()
    expect(producer.requests, 'only when it is due').toHaveLength(1)
    await askAfter(10 * MINUTE_MS, serve(version('1.0.0'), '"a"'))
    expect(producer.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"'])
    expect((await seen())?.address).toEqual({ url: producer.url, goodAt: clock.now(), problem: null })
    writeFileSync(config, 'page: { name: CRM, zone: UTC }\ngroups: {}\n')
    await reloadCatalogue(services)
    expect((await ctx.pool.query('select from contract_address')).rowCount).toBe(0)
  })

  test('in another version holds from when that is seen, or from its day, and what held before stays with its own', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare()
    await ask()
    await discoversColumns(ctx, ASSET, PROMISED)
    await askAfter(HOUR_MS, serve(version('2.0.0', ['id integer', 'mail text']), '"b"'))
    expect(await versions()).toEqual(['1.0.0 null', '2.0.0 13:00'])
    expect(await followContracts(ctx)).toBe(1)
    expect((await seen())?.broken).toMatchObject({ version: '2.0.0', from: START + HOUR_MS })
    await askAfter(HOUR_MS, serve(version('3.0.0', PROMISED, '2026-11-10T20:00:00Z'), '"c"'))
    expect(await versions()).toEqual(['1.0.0 null', '2.0.0 13:00', '3.0.0 20:00'])
    expect((await seen())?.held?.version).toBe('2.0.0')
    expect((await seen())?.coming).toMatchObject([
      { version: '3.0.0', at: Date.parse('2026-11-10T20:00:00Z'), changes: [expect.stringContaining('mail goes')], ends: '2.0.0' },
    ])
    expect((await seen())?.earlier).toEqual([{ version: '1.0.0', from: null, until: START + HOUR_MS }])
    await askAfter(HOUR_MS, serve(version('3.0.1', ['id integer', 'mail text'], '2026-11-10T20:00:00Z'), '"d"'))
    expect(await versions(), 'one that was only announced is withdrawn').toEqual(['1.0.0 null', '2.0.0 13:00', '3.0.1 20:00'])
  })

  test('that says what cannot be used, or nothing, leaves the last good one in force and tells since when', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare('customer')
    await ask()
    await askAfter(HOUR_MS, serve('apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 3\nstatus: active\n', '"b"'))
    expect(await problem()).toMatch(/^bad 13:00 Line 4: "version" must be a text\. .*\. And 1 more\.$/)
    await askAfter(HOUR_MS, serve('a: [', '"c"'))
    expect(await problem(), 'since it began').toMatch(/^bad 13:00 Line 1: /)
    await askAfter(HOUR_MS, serve(version('2.0.0').replace('"name":"customer"', '"name":"person"'), '"d"'))
    expect(await problem()).toBe('bad 13:00 tidemark.yaml, line 3: There is no entity "customer". There is: person.')
    await askAfter(HOUR_MS, fail(503))
    expect(await problem()).toMatch(/^silent 16:00 127\.0\.0\.1:\d+ had an error of its own \(HTTP 503\)\.$/)
    expect(await versions()).toEqual(['1.0.0 null'])
    await askAfter(HOUR_MS, serve(version('1.0.0'), '"a"'))
    expect(await problem()).toBeNull()
  })

  test('is not taken over while the catalogue is wrong, so that it cannot be what keeps it from being mended', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare('customer')
    await ask()
    const good = readFileSync(config, 'utf8')
    writeFileSync(config, good.replace('zone: UTC', 'zone: Nowhere'))
    await askAfter(HOUR_MS, serve(version('2.0.0').replace('"name":"customer"', '"name":"person"'), '"b"'))
    writeFileSync(config, good.replace('CRM', 'CRM 2'))
    await reloadCatalogue(services)
    expect((await getPage(ctx.pool)).name).toBe('CRM 2')
    expect(await versions()).toEqual(['1.0.0 null'])
    await askAfter(HOUR_MS, serve(version('3.0.0'), '"c"'))
    expect(await versions()).toEqual(['1.0.0 null', '3.0.0 14:00'])
  })

  test('is read by the entity that the catalogue names now, also where versions before it do not know that', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare('customer')
    await ask()
    await declare('person')
    await askAfter(HOUR_MS, serve(version('2.0.0').replace('"name":"customer"', '"name":"person"'), '"b"'))
    expect(await versions()).toEqual(['2.0.0 13:00'])
    expect(await problem()).toBeNull()
  })

  test('that has never said anything holds up what requires it, with why, and is asked sooner', async () => {
    producer.behave(fail(404))
    await declare()
    await ask()
    expect(await gate()).toMatch(
      /^Waits for the contract about .*, which has never been read from its address: 127\.0\.0\.1:\d+ has nothing at that address \(HTTP 404\)\.$/,
    )
    await askAfter(MINUTE_MS, fail(304))
    expect(await problem(), 'nobody asked whether it changed').toMatch(/^silent 12:00 .* says that nothing has changed \(HTTP 304\)/)
    await askAfter(MINUTE_MS, serve('a: [', '"c"'))
    expect(await gate(), 'what stands there is told to no reader of the run').toBe(
      `Waits for the contract about ${ASSET}, which has never been read from its address: what that says cannot be used.`,
    )
    await askAfter(MINUTE_MS, serve(version('1.0.0'), '"a"'))
    expect(await versions()).toEqual(['1.0.0 null'])
  })

  test('that says the same again is no reason to sync the catalogue, also where nothing but its text tells that it is the same', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare()
    await ask()
    clock.set(clock.now() + HOUR_MS)
    const saying = (text: string) => ({ kind: 'text' as const, text, etag: null, lastModified: null })
    const tools = { zone: 'UTC', ask: async () => saying(version('1.0.0')), tryTexts: async () => [] }
    expect(await followAddress(ctx, producer.url, tools)).toBe(false)
    clock.set(clock.now() + HOUR_MS)
    expect(await followAddress(ctx, producer.url, { ...tools, ask: async () => saying(version('1.1.0')) })).toBe(true)
  })

  test('counts as in force only where the catalogue was taken over with it', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare()
    await discoversColumns(ctx, ASSET, PROMISED)
    const good = readFileSync(config, 'utf8')
    // What only shows when the catalogue is taken over: nothing that was found has such a label.
    writeFileSync(config, `${good}adopt:\n  - { from: "lake/**", group: "{folder}", feed: "{dashboard}" }\n`)
    await ask()
    expect(await versions()).toEqual([])
    writeFileSync(config, good)
    await askAfter(10 * MINUTE_MS, serve(version('1.0.0'), '"a"'))
    expect(await versions(), 'the same again is reason enough').toEqual(['1.0.0 null'])
  })

  test('comes into force at the next turn where it could not be taken over', async () => {
    producer.behave(serve(version('1.0.0'), '"a"'))
    await declare()
    await ctx.pool.query(`alter table catalogue_version add constraint refused check (document::text not like '%DataContract%') not valid`)
    await expect(ask()).rejects.toThrow('refused')
    expect(await versions()).toEqual([])
    await ctx.pool.query('alter table catalogue_version drop constraint refused')
    await askAfter(10 * MINUTE_MS, serve(version('1.0.0'), '"a"'))
    expect(await versions()).toEqual(['1.0.0 null'])
  })
})
