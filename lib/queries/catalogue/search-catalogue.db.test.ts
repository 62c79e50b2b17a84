import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { rankOf } from '#lib/testing/catalogues/rank-of.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { aTile, discovers, write } from '#lib/testing/worlds/found-world.ts'
import type { CatalogueQuestion } from './search-catalogue.ts'
import { findInCatalogue, getNearestNames, searchCatalogue } from './search-catalogue.ts'

let db: TestDatabase
let ctx: Context
const START = Date.parse('2026-11-10T12:00:00Z')
const TEXT = `groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        owner: Registrar
        why: Deans plan rooms by it.
        assets:
          lake/course_raw.term_data: { name: Terms as received }
          lake/curated.by_service: { name: Terms by service, from: [lake/course_raw.term_data], why: The portal shows who may enrol. }
  money:
    feeds:
      ledger: { owner: Ada Lovelace, assets: { lake/ledger: } }
adopt:
  - from: looker/**
    where: { folder: Finance }
    group: "{folder}"
    feed: "{dashboard}"
`
const column = (name: string, description: string | null = null) => ({ name, type: 'text', description })
const ODD = aTile('2', {
  name: '100%_sure "quoted" \u{1F600}',
  owner: 'Grace Hopper',
  description: 'What is left \\ over',
  labels: { folder: 'Finance', dashboard: 'Revenue', from: 'C:\\yearly "books"' },
  columns: [column('amount "net"', 'Half \\ whole')],
})

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt(START))
  await write(ctx, TEXT)
  const attic = Array.from({ length: 300 }, (_, i) =>
    aTile(`old/${i}`, { name: `Old tile ${i}`, labels: { folder: 'Attic', dashboard: `Old ${i % 5}` }, columns: [column(`measure_${i}`)] }),
  )
  await discovers(ctx, [
    ...attic,
    aTile('old/gone', { name: 'Gone tile', labels: { folder: 'Attic' } }),
    aTile('1', { name: 'Net revenue', columns: [column('net_revenue'), column('term_code', 'As the registrar writes it, 2267')] }),
    ODD,
  ])
  await discovers(ctx, [
    ...attic,
    aTile('1', { name: 'Net revenue', columns: [column('net_revenue'), column('term_code', 'As the registrar writes it, 2267')] }),
    ODD,
  ])
  await discovers(ctx, [{ ...aTile('ledger'), kind: 'table', columns: [column('amount')], labels: {} }], { connection: 'lake' })
  await write(ctx, TEXT)
  await ctx.whole.query("update asset set job = 'e/7' where path = 'ledger'; insert into external_job values ('e', '7', 'Nightly close')")
  await ctx.whole.query(
    `insert into push_dataset (namespace, name, told_at, facets, asset_id)
     select 'n', 'd', now(), $1, id from subject where key = 'lake/curated.by_service'`,
    [JSON.stringify({ columns: { at: 1, value: [{ name: 'service_id', type: null, description: null }] } })],
  )
})
afterAll(() => db.drop())

const ALL = { kind: null, state: null, status: null, connection: null, group: null, owner: null, contract: null }
const asked = (text: string, more: Partial<CatalogueQuestion> = {}): CatalogueQuestion => ({
  ...ALL,
  search: readSearchWords(text),
  ...more,
})
const ask = (text: string, more: Partial<CatalogueQuestion> = {}, as = ctx) => searchCatalogue(as, asked(text, more), null, 50)
const keysOf = async (text: string, more: Partial<CatalogueQuestion> = {}) =>
  (await ask(text, more)).hits.map(({ kind, key }) => `${kind} ${key}`)

describe('a search', () => {
  it.each([
    ['lake/ledger', 'table lake/ledger'],
    ['LEDGER', 'feed ledger'],
    ['nightly close', 'table lake/ledger'],
    ['term_data', 'table lake/course_raw.term_data'],
    ['ter', 'feed terms'],
    ['by serv', 'table lake/curated.by_service'],
    ['term_code', 'consumer looker/1'],
    ['2267', 'consumer looker/1'],
    ['service_id', 'table lake/curated.by_service'],
    ['enrol', 'table lake/curated.by_service'],
    ['rooms', 'feed terms'],
    ['lovel', 'feed ledger'],
    ['hopper', 'consumer looker/2'],
    ['finance', 'group finance'],
    ['old tile 299', 'consumer looker/old/299'],
    ['measure_299', 'consumer looker/old/299'],
    ['100%_', 'consumer looker/2'],
    ['"quoted"', 'consumer looker/2'],
    ['\u{1F600}', 'consumer looker/2'],
    ['\\ over', 'consumer looker/2'],
    ['c:\\yearly', 'consumer looker/2'],
    ['"books"', 'consumer looker/2'],
    ['"net"', 'consumer looker/2'],
  ])('for %j shows the right thing first', async (text, first) => expect((await keysOf(text))[0]).toBe(first))

  it('puts a feed before what lies in it where both answer as well', async () => {
    await ctx.whole.query(`update subject set name = 'Zulu terms' where key = 'terms'`)
    expect((await keysOf('terms')).slice(0, 2)).toEqual(['feed terms', 'table lake/course_raw.term_data'])
    expect((await keysOf('ter')).slice(0, 2)).toEqual(['feed terms', 'table lake/course_raw.term_data'])
    await ctx.whole.query(`update subject set name = 'Terms' where key = 'terms'`)
  })

  it('puts what begins with it before what has it as a word, and both before what only a column, owner or reason says', async () => {
    expect(await keysOf('term')).toEqual([
      ...['feed terms', 'table lake/course_raw.term_data', 'table lake/curated.by_service'],
      'consumer looker/1',
    ])
    expect(await keysOf('registrar')).toEqual([
      ...['feed terms', 'table lake/course_raw.term_data', 'table lake/curated.by_service'],
      'consumer looker/1',
    ])
  })

  it.each([
    ['%'],
    ['_____'],
    ["'; drop table subject; --"],
    ['\0'],
    ['\\'],
    ['a'.repeat(5000)],
    ['\u{D800}'],
    ['{}'],
    ['(['],
    ['x'.repeat(199)],
  ])('takes %j as it is written', async (text) => {
    const { hits, total } = await ask(text)
    const { words } = readSearchWords(text)
    for (const hit of hits)
      expect(words.every((word) => JSON.stringify(hit).toLowerCase().includes(JSON.stringify(word).slice(1, -1)))).toBe(true)
    expect(total).toBe(hits.length)
  })

  it.each(['[', '{', '",', '\\"'])('for %j finds nothing, since nobody wrote it', async (text) => expect(await keysOf(text)).toEqual([]))

  it('ranks in the database as the rule says that is held against it, and leaves out nothing that they find', async () => {
    const everything = await findInCatalogue(ctx, asked('', { kind: null }), null, 5000)
    expect(everything).toHaveLength(306)
    for (const text of [
      'ter',
      'tile',
      'old 29',
      'measure',
      'registrar',
      'looker',
      'revenue',
      'left',
      'service deans',
      'lake ledger',
      '9',
      '"',
      '\\',
      ',',
    ]) {
      const found = await findInCatalogue(ctx, asked(text), null, 5000)
      const { search } = asked(text)
      const ranks = found.map(({ name, key, columns, why, description, places, rank }) => [
        rank,
        rankOf(search, { name, key, columns, why, description, places }),
      ])
      for (const [own, rule] of ranks) expect([text, own]).toEqual([text, rule])
      const expected = everything.filter(({ places, ...one }) => rankOf(search, { ...one, places }) !== null)
      expect(
        found
          .filter(({ kind }) => ['source', 'table', 'consumer'].includes(kind))
          .map(({ key }) => key)
          .sort(),
      ).toEqual(expected.map(({ key }) => key).sort())
    }
  })

  it('says why it found something', async () => {
    const why = async (text: string) => (await ask(text)).hits[0]?.matches
    expect(await why('term_code')).toEqual([{ field: 'column', text: 'term_code', description: 'As the registrar writes it, 2267' }])
    expect(await why('hopper left')).toEqual([
      { field: 'owner', text: 'Grace Hopper' },
      { field: 'description', text: 'What is left \\ over' },
    ])
    expect(await why('attic 299')).toEqual([
      { field: 'label', name: 'folder', text: 'Attic' },
      { field: 'name', text: 'Old tile 299' },
    ])
  })

  it('without words lists the assets, what is not in the catalogue after what is, what is gone last', async () => {
    const { hits, total, counts } = await ask('')
    expect(total).toBe(306)
    expect(hits.slice(0, 6).map(({ state }) => state)).toEqual(['adopted', 'adopted', 'adopted', 'adopted', 'adopted', 'found'])
    expect(counts.kind).toEqual([
      { value: 'consumer', count: 303 },
      { value: 'feed', count: 3 },
      { value: 'group', count: 3 },
      { value: 'table', count: 3 },
      { value: 'connection', count: 2 },
    ])
    expect(counts.state).toEqual([
      { value: 'found', count: 300 },
      { value: 'adopted', count: 5 },
      { value: 'gone', count: 1 },
    ])
    expect(await keysOf('', { state: 'gone' })).toEqual(['consumer looker/old/gone'])
  })

  it('counts each filter as the others stand', async () => {
    const { total, counts } = await ask('', { connection: 'lake', status: 'fresh' })
    expect(total).toBe(0)
    expect(counts.connection).toEqual([])
    expect(counts.status).toEqual([{ value: 'unknown', count: 3 }])
    expect((await ask('', { owner: 'Registrar' })).counts.group).toEqual([{ value: 'records', count: 2 }])
  })

  it('goes on page by page without telling anything twice or leaving it out', async () => {
    const whole = (await findInCatalogue(ctx, asked('tile'), null, 5000)).map(({ key }) => key)
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const { hits, next } = await searchCatalogue(ctx, asked('tile'), after, 37)
      seen.push(...hits.map(({ key }) => key))
      if (next === null) break
      after = next
    }
    expect(seen).toEqual(whole)
    expect(new Set(seen).size).toBe(301)
  })

  it('for what nothing is like tells the names that are nearest', async () => {
    expect((await ask('net revenu3')).total).toBe(0)
    expect((await getNearestNames(ctx, readSearchWords('net revenu3')))[0]).toBe('Net revenue')
    expect((await getNearestNames(ctx, readSearchWords('leger')))[0]).toBe('Ledger')
    expect(await getNearestNames(ctx, readSearchWords('qqqzzz'))).toEqual([])
  })

  it('shows what is only found to engineers who see everything, and to nobody else', async () => {
    const as = (role: 'viewer' | 'engineer') => asActor(ctx, { ...visitor(null), role })
    expect((await ask('old tile', {}, as('engineer'))).total).toBe(301)
    expect(await ask('old tile', {}, as('viewer'))).toMatchObject({ total: 0, counts: { kind: [], connection: [] } })
    expect(await getNearestNames(as('viewer'), readSearchWords('old tiles'))).not.toContain('Old tile 1')
    expect((await ask('term_code', {}, as('viewer'))).total).toBe(1)
  })
})
