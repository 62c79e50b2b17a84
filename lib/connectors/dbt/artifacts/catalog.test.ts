import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesOf, catalogOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { readCatalog } from './catalog.ts'

const read = (value: unknown, pieceBytes?: number) => readCatalog({ what: 'catalog.json of dbt (shop)', bytes: bytesOf(value, pieceBytes) })

describe('a catalog of dbt', () => {
  it('brings the columns of each node as dbt 1.11 saw them in the warehouse, in their order', async () => {
    const real = readFileSync(new URL('../../../testing/contracts/wire/catalog.json', import.meta.url), 'utf8')
    const { generatedAt, columns } = await read(real, 100)
    expect(new Date(generatedAt).toISOString()).toBe('2026-11-30T23:40:48.673Z')
    expect(Object.fromEntries([...columns].map(([id, all]) => [id, all.map(({ name, type }) => `${name} ${type}`)]))).toEqual({
      'model.crm.customer': ['id integer', 'email character varying(80)', 'seen_at timestamp with time zone', 'address jsonb'],
      'model.crm.lead': ['id integer', 'email character varying(80)'],
      'source.crm.raw.visits': ['id integer', 'at timestamp with time zone'],
    })
    expect(columns.get('source.crm.raw.visits')?.map(({ description }) => description)).toEqual([null, 'When it was'])
  })

  it('orders columns by their place, whatever their order in the file', async () => {
    const { columns } = await read(
      catalogOf({
        'model.shop.a': [
          ['b', 'int', 2],
          ['a', 'int', 1],
          ['c', null, 3],
        ],
      }),
    )
    expect(columns.get('model.shop.a')?.map(({ name, type }) => `${name} ${type}`)).toEqual(['a int', 'b int', 'c '])
  })

  it.each([
    ['of another version', catalogOf({}, { version: 2 }), 'it is catalog v2, and v1 can be read'],
    [
      'that is another artifact',
      { metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', generated_at: '2026-11-29T03:00:00Z' } },
      'catalog was expected',
    ],
    ['without its head', { nodes: {}, sources: {} }, 'it has no metadata'],
    ['that is a web page', '<html>Not here</html>', 'it is not JSON'],
    [
      'with another shape',
      { ...catalogOf({}), nodes: { 'model.shop.a': { columns: { a: 1 } } } },
      'nodes model.shop.a.columns.a is not as dbt writes it',
    ],
  ])('%s is refused in words', async (_, content, words) => {
    await expect(read(content)).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining(words) })
  })

  it('that is half written is worth another look', async () => {
    const text = JSON.stringify(catalogOf({ 'model.shop.a': [['a', 'int', 1]] }))
    for (const half of ['', text.slice(0, 60), text.slice(0, -1)])
      await expect(read(half)).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('ends in the middle') })
  })
})
