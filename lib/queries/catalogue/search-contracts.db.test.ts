import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { rankOf } from '#lib/testing/catalogues/rank-of.ts'
import {
  aCustomerContract,
  CUSTOMERS,
  customersAreFresh,
  declareCustomers,
  discoversColumns,
} from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { UNFILTERED } from './catalogue-view.ts'
import { findInCatalogue } from './search-catalogue.ts'

const START = Date.parse('2026-11-10T12:00:00Z')
let db: TestDatabase
let ctx: Context

const ask = (text: string, as = ctx) => findInCatalogue(as, { ...UNFILTERED, search: readSearchWords(text) }, null, 50)

/** A version whose fields and entity are described. */
function described(version: string, fields: readonly string[], more: { from?: string; status?: string } = {}) {
  const { file, text } = aCustomerContract(version, fields, more.from)
  const document = JSON.parse(text)
  document.status = more.status ?? document.status
  document.schema[0].description = 'Everybody who ever bought.'
  document.schema[0].properties[0].description = 'Never handed out twice'
  return { file, text: JSON.stringify(document) }
}

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt(START))
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
    ['handed out', 'promised', 'id', 3],
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

  it('and ranks in the database as the rule says', async () => {
    for (const text of ['mail', 'handed', 'sales', 'crm', 'bought', 'customer']) {
      const search = readSearchWords(text)
      for (const hit of await ask(text)) {
        const promised = hit.contract?.versions.flatMap(({ fields }) => fields) ?? []
        expect([text, hit.key, hit.rank]).toEqual([text, hit.key, rankOf(search, { ...hit, promised })])
      }
    }
  })
})
