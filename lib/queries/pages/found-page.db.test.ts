import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { assetSchema } from '#lib/queries/api/shapes.ts'
import { getFoundThing } from '#lib/queries/catalogue/found-thing.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { aTile, discovers, FOLDERS, write } from '#lib/testing/worlds/found-world.ts'
import { getAssetPage } from './asset-page.ts'
import { type FoundFilter, getFoundCounts, getFoundPage } from './found-page.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
const GAP = 'It reads a table whose name a template makes.'
const START = Date.parse('2026-11-10T12:00:00Z')
const TEXT = `groups: { g: { feeds: { f: { assets: { looker/900: } } } } }\n${FOLDERS}    where: { folder: Finance }\n`

beforeAll(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
  await write(ctx, TEXT)
  const attic = Array.from({ length: 60 }, (_, i) => aTile(String(100 + i), { labels: { folder: 'Attic', dashboard: `Old ${i % 5}` } }))
  const columns = [{ name: 'net_revenue', type: 'number', description: null }]
  const all = [
    ...attic,
    aTile('1', { columns }),
    aTile('2', { gaps: [GAP] }),
    aTile('900', { labels: { folder: 'Attic', dashboard: 'Old 1' } }),
  ]
  await discovers(ctx, all)
  await write(ctx, TEXT)
  clock.set(START + DAY_MS)
  await discovers(
    ctx,
    all.slice(1).filter(({ path }) => path !== '2'),
  )
  await write(ctx, TEXT)
})
afterAll(() => db.drop())

const ask = (filter: Partial<FoundFilter> = {}, as = ctx) => getFoundPage(as, 'looker', { q: null, state: null, page: 1, ...filter })

describe('what was found behind a connection', () => {
  it('is counted: by rules, by hand, gone', async () => {
    expect((await ask())?.counts).toMatchObject({ found: 61, adopted: 1, written: 1, gone: 2, wholeAt: START + DAY_MS, problem: null })
  })

  it('stands in pages, what is gone last', async () => {
    const [first, second] = await Promise.all([ask(), ask({ page: 2 })])
    expect(first?.lines).toMatchObject({ items: { length: 50 }, page: 1, pages: 2, total: 63 })
    expect(second?.lines).toMatchObject({ items: { length: 13 }, page: 2, pages: 2, total: 63 })
    expect((await ask({ page: 3 }))?.lines).toEqual(second?.lines)
    expect(second?.lines.items.slice(-2).map(({ path, goneAt }) => [path, goneAt])).toEqual([
      ['100', START + DAY_MS],
      ['2', START + DAY_MS],
    ])
  })

  it.each([
    ['the name of a column', { q: 'NET_rev' }, ['1']],
    ['a label', { q: 'revenue', state: 'taken' as const }, ['1']],
    ['what is gone', { state: 'gone' as const }, ['100', '2']],
    [
      'what nobody took over',
      { q: 'tile 10', state: 'open' as const },
      ['101', '102', '103', '104', '105', '106', '107', '108', '109', '110'],
    ],
    ['a sign that means something in patterns', { q: '%' }, []],
  ])('is found by %s', async (_, filter, paths) => expect((await ask(filter))?.lines.items.map(({ path }) => path)).toEqual(paths))

  it('comes with a rule that would take it over', async () => {
    expect((await ask())?.rule).toBe('adopt:\n  - from: looker/**\n    group: "{folder}"\n    feed: "{dashboard}"\n')
  })

  it('is for engineers who see everything, and for nobody else', async () => {
    const person = (role: 'viewer' | 'engineer', audience: string | null) => asActor(ctx, { ...visitor(audience), role })
    expect(await ask({}, person('engineer', null))).not.toBeNull()
    for (const [role, audience] of [
      ['viewer', null],
      ['engineer', 'registry'],
    ] as const) {
      expect(await ask({}, person(role, audience))).toBeNull()
      expect(await getFoundCounts(person(role, audience))).toEqual([])
    }
  })

  it('is nothing where nobody has looked, and no page where there is no such connection', async () => {
    const of = (key: string) => getFoundPage(ctx, key, { q: null, state: null, page: 1 })
    expect(await of('lake')).toMatchObject({ counts: { found: 0, wholeAt: null }, lines: { items: [], total: 0 }, rule: null })
    expect(await of('other')).toBeNull()
  })

  it('has a page of its own as long as its connection is there', async () => {
    const remove = (at: Date | null) => ctx.whole.query("update connection_state set removed_at = $1 where key = 'looker'", [at])
    const thing = () => getFoundThing(ctx, 'looker', '100')
    expect(await thing()).toMatchObject({ name: 'Tile 100' })
    await remove(new Date(START))
    expect(await thing()).toBeNull()
    await remove(null)
  })
})

describe('what an asset is made from besides, which its own system cannot tell', () => {
  const gaps = async (as: Context, key = 'looker/2') => (await getAssetPage(as, key))?.facts?.gaps
  it('is said of it, in its words to who sees everything', async () => {
    await ctx.whole.query("insert into audience_group select 'deans', id from subject where kind = 'group'")
    expect([await gaps(ctx), await gaps(asActor(ctx, visitor('deans')))]).toEqual([[GAP], [null]])
    expect([await gaps(ctx, 'looker/1'), await gaps(asActor(ctx, visitor('deans')), 'looker/1')]).toEqual([[], []])
  })

  it('is nothing where somebody wrote what it is made from', async () => {
    await write(ctx, TEXT.replace('looker/900:', 'looker/900: , looker/2: { from: looker/900 }'))
    expect(await gaps(ctx)).toEqual([])
  })
})

describe('the columns of an asset in the API', () => {
  const told = async (question = {}) => (await getApiPage(ctx, ASSET_LIST, { key: 'looker/1', ...question })).items
  const mark = (question = {}) => getListMark(ctx, ASSET_LIST, question)
  const columns = { include: 'columns' as const }

  it('are told where they are asked for, as its own system shows them', async () => {
    const [plain] = await told()
    expect(plain).not.toHaveProperty('columns')
    expect(await told(columns)).toEqual([{ ...plain, columns: [{ name: 'net_revenue', type: 'number', description: null }] }])
    expect(await told({ ...columns, key: 'looker/2' })).toMatchObject([{ columns: [] }])
    expect(assetSchema.parse((await told(columns))[0])).toEqual((await told(columns))[0])
  })

  it('are another answer when they change, for who asked for them', async () => {
    const [before, beforeWith] = [await mark(), await mark(columns)]
    // Seen by a look that began before another one and was written down after it.
    await ctx.whole.query("update found_asset set changed_at = changed_at - interval '1 hour' where path = '1'")
    expect([(await mark()) === before, (await mark(columns)) === beforeWith]).toEqual([true, false])
  })

  it('are a change for who asked for them', async () => {
    const since = { changedSince: new Date(START + 2 * DAY_MS), key: undefined }
    await ctx.whole.query('update found_asset set changed_at = $1 where path = $2', [since.changedSince, '1'])
    expect([await told(since), await told({ ...since, ...columns })]).toMatchObject([[], [{ key: 'looker/1' }]])
  })
})
