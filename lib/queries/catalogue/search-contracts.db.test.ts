import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { ContractState } from '#lib/domain/search/entry.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { CATALOGUE_LIST } from '#lib/queries/api/list-catalogue.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { rankOf } from '#lib/testing/catalogues/rank-of.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import {
  aCustomerContract,
  CUSTOMERS,
  customersAreFresh,
  declareCustomers,
  discoversColumns,
} from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { getAskedAsset } from './asked-asset.ts'
import { UNFILTERED } from './catalogue-view.ts'
import { getComingVersions } from './coming-versions.ts'
import { findInCatalogue, searchCatalogue } from './search-catalogue.ts'

const START = Date.parse('2026-11-10T12:00:00Z')
let db: TestDatabase
let clock: FakeClock
let ctx: Context

const ask = (text: string, as = ctx) => findInCatalogue(as, { ...UNFILTERED, search: readSearchWords(text) }, null, 50)

/** A version whose fields and entity are described. */
function described(version: string, fields: readonly string[], more: { from?: string; status?: string } = {}) {
  const { file, text } = aCustomerContract(version, fields, more.from)
  const document = JSON.parse(text)
  document.status = more.status ?? document.status
  document.schema[0].description = 'Everybody who ever bought.'
  Object.assign(document.schema[0].properties[0], {
    description: 'Never handed-out twice',
    classification: 'restricted',
    tags: ['Identity'],
  })
  return { file, text: JSON.stringify(document) }
}

beforeAll(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
  await declareCustomers(ctx, [
    described('1.0.0', ['id bigint', 'mail text']),
    described('2.0.0', ['id bigint', 'loyalty text'], { from: new Date(START + 30 * DAY_MS).toISOString() }),
    described('3.0.0', ['id bigint', 'shoe_size int'], { status: 'draft' }),
    described('4.0.0', ['id bigint', 'hat_size int'], { status: 'proposed' }),
  ])
  await customersAreFresh(ctx)
  await discoversColumns(ctx, CUSTOMERS.table, ['id bigint', 'mail text'])
})
afterAll(() => db.drop())

describe('a search reads contracts', () => {
  it.each([
    ['handedout', 'promised', 'id', 3],
    ['identity', 'promised', 'id', 3],
    ['re-stricted', 'promised', 'id', 3],
    ['loyalty', 'promised', 'loyalty', 3],
    ['crm data', 'contract', 'CRM data office', 3],
    ['ever bought', 'contract', 'Everybody who ever bought.', 3],
    ['forecast', 'reader', 'Sales forecast', 3],
    ['crm-customer', 'contract', 'crm-customer', 3],
  ])('and for %j says what of it', async (text, field, said, count) => {
    const hits = await ask(text)
    expect(hits).toHaveLength(count)
    for (const { matches } of hits) expect(matches).toContainEqual(expect.objectContaining({ field, text: said }))
  })

  it('as they hold or will, and not what was only drafted or proposed without a date', async () => {
    expect(await ask('shoe_size')).toEqual([])
    expect(await ask('hat_size')).toEqual([])
  })

  it('names a known column before a promised field', async () => {
    const [hit] = await ask(`${CUSTOMERS.table} mail`)
    expect(hit?.matches).toContainEqual({ field: 'column', text: 'mail', description: null })
  })

  it('and tells who writes what was found, who reads it, its fields and its contract', async () => {
    const [table] = await ask(CUSTOMERS.table)
    const [consumer] = await ask(CUSTOMERS.consumer)
    expect(table?.around).toMatchObject({ upstream: [], downstream: [{ key: CUSTOMERS.consumer }], unseenDownstream: false })
    expect(table?.fields.map(({ name, type, description, isSeen }) => [name, type, description, isSeen])).toEqual([
      ['id', 'bigint', 'Never handed-out twice', true],
      ['mail', 'text', null, true],
    ])
    expect(table?.contract).toMatchObject({ held: { version: '1.0.0' }, broken: null, coming: [{ kind: 'begins', version: '2.0.0' }] })
    expect(consumer).toMatchObject({ contract: null, fields: [], writer: { kind: 'flow', key: 'leads' } })
    expect(consumer?.around?.upstream).toMatchObject([{ key: CUSTOMERS.table }])
  })

  it('and says who would be hurt if a field went: by contract, and by lineage first what has one of that name', async () => {
    const [hit] = await ask(CUSTOMERS.table)
    const hurtBy = async (field: string) => (await getAskedAsset(ctx, CUSTOMERS.table, field))?.hurt ?? null
    expect((await getAskedAsset(ctx, CUSTOMERS.table, null))?.fields).toEqual(hit?.fields)
    expect(await hurtBy('mail')).toMatchObject({
      promised: { name: 'Customers', versions: ['1.0.0'], consumers: ['Sales forecast'], goes: { version: '2.0.0' } },
      below: [{ key: CUSTOMERS.consumer, feed: { name: 'Leads' }, owner: 'Sales team', steps: 1, hasField: false }],
      hasUnseen: false,
    })
    await discoversColumns(ctx, CUSTOMERS.consumer, ['MAIL text'])
    const reader = await getAskedAsset(ctx, CUSTOMERS.consumer, null)
    const told = { contract: 'Customers', owner: 'CRM data office', source: { key: CUSTOMERS.table }, reader: { key: CUSTOMERS.consumer } }
    expect(reader?.coming).toMatchObject([
      { ...told, version: '2.0.0', from: START + 30 * DAY_MS, words: [expect.stringContaining('mail goes')] },
    ])
    expect((await getFeedPage(ctx, 'leads'))?.coming).toEqual(reader?.coming)
    expect((await getFeedPage(ctx, 'customers'))?.coming, 'its own contract is no news from above').toEqual([])
    expect((await hurtBy('mail'))?.below).toMatchObject([{ hasField: true }])
    expect((await hurtBy('id'))?.promised).toMatchObject({ versions: ['1.0.0', '2.0.0'], goes: null })
    expect(await hurtBy('nothing')).toBeNull()
  })

  it('and the API tells the contract, who reads, and the fields where they are asked for; another answer after a break', async () => {
    const asked = { q: CUSTOMERS.table, include: 'fields' as const }
    const [[entry], [asset]] = await Promise.all([
      getApiPage(ctx, CATALOGUE_LIST, asked).then(({ items }) => items),
      getApiPage(ctx, ASSET_LIST, { key: CUSTOMERS.table }).then(({ items }) => items),
    ])
    const contract = {
      ...{ name: 'Customers', version: '1.0.0', owner: 'CRM data office', consumers: ['Sales forecast'], brokenSince: null, broken: null },
      until: '2026-12-10T12:00:00.000Z',
      announced: [{ version: '2.0.0', from: '2026-12-10T12:00:00.000Z', changes: expect.any(Array) }],
      earlier: [],
    }
    expect(entry).toMatchObject({ contract, downstream: [CUSTOMERS.consumer], unseenDownstream: false, flow: null })
    expect(entry?.fields?.[0]).toMatchObject({
      name: 'id',
      seen: true,
      promised: true,
      description: 'Never handed-out twice',
      rules: 'classified restricted, tagged Identity',
    })
    expect(asset).toMatchObject({ contract })
    const mark = () => Promise.all([getListMark(ctx, CATALOGUE_LIST, {}), getListMark(ctx, ASSET_LIST, {})])
    const before = await mark()
    expect(await mark()).toEqual(before)
    await ctx.whole.query(
      `insert into contract_break (asset_id, from_at, status, version, words) select id, $1, 'stale', '1.0.0', 'mail is gone' from subject where key = $2`,
      [new Date(START), CUSTOMERS.table],
    )
    const after = await mark()
    for (const [at, one] of before.entries()) expect(after[at]).not.toBe(one)
    const [broken] = (await getApiPage(ctx, CATALOGUE_LIST, asked)).items
    expect(broken?.contract).toMatchObject({ broken: 'mail is gone', brokenSince: '2026-11-10T12:00:00.000Z' })
    await ctx.whole.query('delete from contract_break')
  })

  it('and finds contracts as such, by the state each is in; of several states in each', async () => {
    const counts = async () => (await searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords('') }, null, 0)).counts.contract
    const keysIn = async (contract: ContractState, text = '') =>
      (await findInCatalogue(ctx, { ...UNFILTERED, contract, search: readSearchWords(text) }, null, 50)).map(({ key }) => key).sort()
    const all = [CUSTOMERS.model, CUSTOMERS.table, CUSTOMERS.told].sort()
    const keysFor = async (text: string) => (await ask(text)).map(({ key }) => key).sort()
    await ctx.whole.query(
      `insert into asset_shape (asset_id, seen_at, told_by, columns) select id, now(), 'discovery', '[]' from subject where key = any($1)`,
      [[CUSTOMERS.table, CUSTOMERS.model]],
    )
    expect(await counts()).toEqual([
      { value: 'any', count: 3 },
      { value: 'changing', count: 3 },
      { value: 'kept', count: 2 },
    ])
    expect([await keysIn('any'), await keysIn('changing')]).toEqual([all, all])
    expect(await keysIn('kept', 'crm.customer')).toEqual([CUSTOMERS.table])
    expect([await keysFor('contracts'), await keysFor('broken')]).toEqual([all, []])
    await ctx.whole.query(
      `insert into contract_break (asset_id, from_at, status, version, words) select id, $1, 'stale', '1.0.0', 'mail is gone' from subject where key = $2`,
      [new Date(START), CUSTOMERS.table],
    )
    expect([await keysIn('broken'), await keysIn('kept'), await keysIn('changing')]).toEqual([[CUSTOMERS.table], [CUSTOMERS.model], all])
    expect(await keysFor('broken contract')).toEqual([CUSTOMERS.table])
    const { items } = await getApiPage(ctx, CATALOGUE_LIST, { contract: 'broken' })
    expect(items).toMatchObject([{ key: CUSTOMERS.table, contract: { broken: 'mail is gone' } }])
    await ctx.whole.query('delete from contract_break; delete from asset_shape')
  })

  it('and once its last version has ended it is neither kept nor changing', async () => {
    const ended = await ctx.whole.query<{ terms: { versions: object[] } }>('select terms from asset_contract order by asset_id')
    const states = async (until: number) => {
      const versions = JSON.stringify([{ ...ended.rows[0]?.terms.versions[0], until }])
      await ctx.whole.query(`update asset_contract set terms = jsonb_set(terms, '{versions}', $1::jsonb)`, [versions])
      return (await searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords('') }, null, 0)).counts.contract.map(({ value }) => value)
    }
    expect(await states(START + DAY_MS)).toEqual(['any', 'changing'])
    const coming = { kind: 'ends', version: '1.0.0', at: START + DAY_MS }
    expect(await getComingVersions(ctx)).toMatchObject([{ coming, contract: 'Customers', readers: [{ key: 'leads' }] }])
    expect(JSON.parse((await getStatusJson(ctx))?.json ?? '').coming).toMatchObject([{ version: null, ends: '1.0.0', breaking: true }])
    expect(await states(START)).toEqual(['any'])
    expect(await getComingVersions(ctx)).toEqual([])
    for (const [index, { terms }] of ended.rows.entries())
      await ctx.whole.query(
        'update asset_contract set terms = $1 where asset_id = (select asset_id from asset_contract order by 1 offset $2 limit 1)',
        [JSON.stringify(terms), index],
      )
  })

  it('and says what comes, once for all that a contract is about, with whose feeds read it', async () => {
    const change = { version: '2.0.0', at: START + 30 * DAY_MS, changes: ['mail goes (perhaps renamed loyalty)'], ends: '1.0.0' }
    const lines = await getComingVersions(ctx)
    expect(lines).toMatchObject([
      { coming: change, contract: 'Customers', owner: 'CRM data office', readers: [{ key: 'leads', name: 'Leads' }] },
    ])
    expect((await getStatusOverview(ctx)).coming).toEqual({ next: lines, total: 1 })
    expect(JSON.parse((await getStatusJson(ctx))?.json ?? '').coming).toEqual([
      {
        ...{ asset: lines[0]?.asset.key, contract: 'Customers', version: '2.0.0', at: '2026-12-10T12:00:00.000Z', breaking: true },
        ...{ changes: change.changes, ends: '1.0.0', owner: 'CRM data office', readers: ['leads'] },
      },
    ])
    await discoversColumns(ctx, CUSTOMERS.consumer, ['name text'])
    expect(await getFeedPage(ctx, 'leads')).toMatchObject({ coming: [], comingAbove: lines })
    expect((await getFeedPage(ctx, 'customers'))?.comingAbove).toEqual([])
    await discoversColumns(ctx, CUSTOMERS.consumer, ['mail text'])
    expect(await getFeedPage(ctx, 'leads'), 'what breaks a column is told as that').toMatchObject({
      coming: [{ version: '2.0.0' }],
      comingAbove: [],
    })
  })

  it('and ranks in the database as the rule says', async () => {
    for (const text of ['mail', 'id', 'i-d', 'handed', 'identity', 'sales', 'crm', 'bought', 'customer']) {
      const search = readSearchWords(text)
      for (const hit of await ask(text)) {
        const promised = hit.contract?.versions.flatMap(({ fields }) => fields) ?? []
        expect([text, hit.key, hit.rank]).toEqual([text, hit.key, rankOf(search, { ...hit, promised })])
      }
    }
  })

  it('whose answer is another one when a version begins or ends', async () => {
    await ctx.whole.query(`update asset_contract set terms = jsonb_set(terms, '{versions,0,until}', to_jsonb($1::float8))`, [
      START + 9 * DAY_MS,
    ])
    const marks: string[] = []
    for (const days of [8, 9, 29, 30]) {
      clock.set(START + days * DAY_MS)
      marks.push(await getListMark(ctx, CATALOGUE_LIST, {}))
    }
    expect(marks.map((mark) => marks.indexOf(mark))).toEqual([0, 1, 1, 3])
  })
})
