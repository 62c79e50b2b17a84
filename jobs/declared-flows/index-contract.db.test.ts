import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Field } from '#lib/domain/contracts/field.ts'
import { aField } from '#lib/testing/contracts/fields.ts'
import { type IndexRun, type IndexWorld, openIndexWorld } from '#lib/testing/runs/index-world.ts'

let world: IndexWorld
beforeAll(async () => {
  world = await openIndexWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.beginAnew())

const run = (records: readonly unknown[], fields: Field[], how: IndexRun) => world.run(records, { ...how, fields })

describe('an index of what is under contract', () => {
  const PROMISED = [
    aField('shop', 'string', { isRequired: true, values: ['steam', 'sony'] }),
    aField('game', 'integer', { isKey: true, isRequired: true }),
    aField('seenOn', 'date', { format: 'dd.MM.yyyy' }),
    aField('maker', 'object', { isRequired: true, fields: [aField('name', 'string', { isRequired: true, classification: 'internal' })] }),
  ]
  const properties = () => [...world.search.server.world.indices.values()].at(-1)?.mappings.properties
  const rows = (count: number) =>
    Array.from({ length: count }, (_, game) => ({ shop: 'steam', game, seenOn: '20.11.2026', maker: { name: 'Ann' } }))

  it('keeps the fields as they are promised, those mapped by hand as it is said there, and others by their values', async () => {
    const yaml = 'extract: { from: lake/games.prices }\nindex: { into: search/prices, key: game, mapping: { shop: text, note: keyword } }'
    expect(await run(rows(3), PROMISED, { yaml })).toMatchObject({ state: 'completed', rowsLoaded: 3 })
    expect(properties()).toEqual({
      game: { type: 'long' },
      shop: { type: 'text' },
      seen_on: { type: 'date', format: 'dd.MM.yyyy' },
      maker: { type: 'object', properties: { name: { type: 'keyword' } } },
      note: { type: 'keyword' },
    })
  })

  it('goes by the fields that columns are made of, and by the types of columns before those', async () => {
    const yaml = `
extract: { from: lake/games.prices }
select: { title: shop, id: { from: game, type: text }, made_by: maker.name, at: { from: seenOn, type: text, default: null } }
index: { into: search/prices, key: id }`
    expect(await run(rows(3), PROMISED, { yaml })).toMatchObject({ state: 'completed' })
    const words = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
    expect(properties()).toEqual({ title: { type: 'keyword' }, id: { type: 'keyword' }, made_by: { type: 'keyword' }, at: words })
  })

  it('puts aside records without a field that is required', async () => {
    const yaml = `
extract: { from: lake/games.prices }
select: { shop: { from: shop, default: none }, game: game, maker: { from: maker.name, type: text } }
index: { into: search/prices, key: game }`
    const end = await run([...rows(200), { game: 201, maker: { name: 'Ann' } }, { shop: 'sony', game: 202, maker: {} }], PROMISED, { yaml })
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 201 })
    expect(end.ledger.rejections.map(({ key, reason }) => [key, reason])).toEqual([
      ['row 202', 'maker is empty, and the contract of what is read requires it'],
    ])
  })

  it('is built anew where the contract changes while it is built', async () => {
    const runId = randomUUID()
    const control = new AbortController()
    world.search.server.behaviour.isHeard = (request) => {
      if (request.endsWith('_settings')) control.abort(new Error('killed'))
      return true
    }
    const yaml = 'extract: { from: lake/games.prices }\nindex: { into: search/prices, key: game }'
    await run(rows(10), PROMISED, { yaml, runId, signal: control.signal })
    world.search.server.behaviour.isHeard = () => true
    const promised = [...PROMISED.slice(0, 2), aField('seenOn', 'string')]
    expect(await run(rows(10), promised, { yaml, runId, attempt: 2 })).toMatchObject({ state: 'completed', rowsLoaded: 10 })
    expect(properties()?.['seen_on']).toMatchObject({ type: 'text' })
    expect(world.search.server.world.indices.size).toBe(1)
  })
})
