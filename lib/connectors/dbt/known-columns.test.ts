import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catalogOf, manifestOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtWorld } from '#lib/testing/connectors/dbt-world.ts'

const ORDERS = 'model.shop.orders'
const THREE = '2026-11-29T03:00:00Z'

let world: DbtWorld
beforeEach(async () => {
  world = await DbtWorld.begin('2026-11-30T12:00:00Z')
})
afterEach(() => world.end())

/** A model of which only these columns are documented. */
const documented = (at: string, columns: Record<string, { data_type?: string; description?: string }>, more: object = {}) =>
  manifestOf(
    [
      {
        id: ORDERS,
        more: { columns: Object.fromEntries(Object.entries(columns).map(([name, told]) => [name, { name, ...told }])), ...more },
      },
    ],
    { at },
  )
/** `id integer`, and after three dots that there may be others. */
const columns = async (id = ORDERS) => {
  const found = (await world.discover()).find(({ path }) => path === id)
  return [...(found?.columns ?? []).map(({ name, type }) => `${name} ${type}`), ...(found?.mayHaveMoreColumns ? ['…'] : [])]
}

describe('the columns of a model of dbt', () => {
  it('are those that are documented, and there may be others', async () => {
    await world.put('manifest.json', documented(THREE, { id: { data_type: 'int' } }))
    expect(await columns()).toEqual(['id int', '…'])
  })

  it('are all documented under a contract of dbt', async () => {
    await world.put('manifest.json', documented(THREE, { id: { data_type: 'int' } }, { config: { contract: { enforced: true } } }))
    expect(await columns()).toEqual(['id int'])
  })

  it('are those in the warehouse where docs are generated, with its types and what is said of them', async () => {
    await world.put('manifest.json', documented(THREE, { id: { data_type: 'int', description: 'The key' }, never_built: {} }))
    await world.put(
      'catalog.json',
      catalogOf({
        [ORDERS]: [
          ['ID', 'NUMBER(38,0)', 1],
          ['NET', 'FLOAT', 2],
        ],
      }),
    )
    expect(await columns()).toEqual(['id NUMBER(38,0)', 'NET FLOAT'])
    expect((await world.discover())[0]?.columns?.map(({ description }) => description)).toEqual(['The key', null])
  })

  it('that differ in capitals alone stay two, of which what is said is said of the one that is written so', async () => {
    await world.put('manifest.json', documented(THREE, { id: { description: 'The key' }, net: {} }))
    const seen = ['ID', 'id', 'NET', 'Net'].map((name, i): [string, string, number] => [name, 'int', i])
    await world.put('catalog.json', catalogOf({ [ORDERS]: seen }))
    expect(await columns()).toEqual(['ID int', 'id int', 'NET int', 'Net int'])
    expect((await world.discover())[0]?.columns?.map(({ description }) => description)).toEqual([null, 'The key', null, null])
  })

  it('are not told as those that are documented while the docs are only half there: what was known stands', async () => {
    await world.put('manifest.json', documented(THREE, { id: { data_type: 'int' } }))
    await world.put('catalog.json', JSON.stringify(catalogOf({ [ORDERS]: [['id', 'NUMBER(38,0)', 1]] })).slice(0, -1))
    await expect(columns()).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('ends in the middle') })
  })

  it('are known of real artifacts of dbt 1.11, of models and of sources', async () => {
    const wire = (name: string) => readFileSync(new URL(`../../testing/contracts/wire/${name}`, import.meta.url), 'utf8')
    await world.put('manifest.json', wire('manifest-documented-in-part.json'))
    expect(await columns('model.crm.customer')).toEqual(['id ', 'email ', '…'])
    await world.put('catalog.json', wire('catalog.json'))
    expect(await columns('model.crm.customer')).toEqual([
      ...['id integer', 'email character varying(80)', 'seen_at timestamp with time zone', 'address jsonb'],
    ])
    expect(await columns('source.crm.raw.visits')).toEqual(['id integer', 'at timestamp with time zone'])
  })

  it('stay known while a build of the next day waits for its docs, beside what more is documented than was there', async () => {
    await world.put(
      'catalog.json',
      catalogOf(
        {
          [ORDERS]: [
            ['id', 'integer', 1],
            ['net', 'numeric', 2],
          ],
        },
        { at: '2026-11-29T03:30:00Z' },
      ),
    )
    await world.put('manifest.json', documented('2026-11-30T03:00:00Z', { id: {}, vat: { data_type: 'numeric' } }))
    expect(await columns()).toEqual(['id integer', 'net numeric', '…'])
    await world.put('manifest.json', documented('2026-11-30T06:00:00Z', { id: {}, vat: { data_type: 'numeric' } }))
    expect(await columns(), 'the docs are too old').toEqual(['id ', 'vat numeric', '…'])
  })

  it('are as documented where docs leave the model out, or cannot be used', async () => {
    await world.put('manifest.json', documented(THREE, { id: {} }))
    await world.put('catalog.json', catalogOf({ 'model.shop.other': [['id', 'integer', 1]] }))
    expect(await columns()).toEqual(['id ', '…'])
    await world.put('catalog.json', '<html>proxy</html>')
    expect(await columns()).toEqual(['id ', '…'])
    await world.put('catalog.json', catalogOf({ [ORDERS]: [] }))
    expect(await columns()).toEqual(['id ', '…'])
  })
})
