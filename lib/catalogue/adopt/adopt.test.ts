import { describe, expect, it } from 'vitest'
import type { Identity } from '#lib/domain/lineage/identity.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { adopted, assetOf, NOW, tile } from '#lib/testing/catalogues/adopted.ts'
import { FOLDERS } from '#lib/testing/worlds/found-world.ts'
import type { Adopted } from './adopt.ts'

const places = ({ catalogue: { assets, feeds } }: Adopted) =>
  assets.map(({ key, feed }) => `${feeds.find((one) => one.key === feed)?.group}/${feed}: ${key}`)

describe('a rule of three lines', () => {
  const sales = { labels: { folder: 'Sales & More', dashboard: '2026 Pipeline' } }
  const found = adopted(FOLDERS, [tile('2/1', sales), tile('1/2'), tile('1/1')])

  it('makes folders groups, dashboards feeds and tiles assets, in order', () => {
    expect(places(found)).toEqual([
      'finance/finance-revenue: looker/1/1',
      'finance/finance-revenue: looker/1/2',
      'sales-more/sales-more-feed-2026-pipeline: looker/2/1',
    ])
  })

  it('names them as they are named there', () => {
    expect(found.catalogue.groups.map(({ name }) => name)).toEqual(['Finance', 'Sales & More'])
    expect(found.catalogue.feeds.map(({ name }) => name)).toEqual(['Revenue', '2026 Pipeline'])
    expect(assetOf(found, 'looker/1/1')).toMatchObject({ name: 'Tile 1/1', kind: 'consumer', promised: true })
  })

  it('is named at what it took, and at the feed it made', () => {
    const source = { file: 'tidemark.yaml', line: 4, yaml: expect.stringContaining('from: looker/**') }
    expect(assetOf(found, 'looker/1/1')?.adopted).toEqual({ rule: source, foundAt: NOW - DAY_MS, goneAt: null })
    expect(found.catalogue.feeds[0]?.source).toEqual({ ...source, yaml: '' })
  })

  it('says why at what it took and at the feed it made, unless that is written there', () => {
    const rule = `${FOLDERS}    why: The board meets by it.\n`
    const whys = ({ catalogue }: Adopted) =>
      [...catalogue.groups, ...catalogue.feeds, ...catalogue.assets].map(({ key, why }) => [key, why])
    expect(whys(adopted(rule, [tile('1/1')]))).toEqual([
      ['finance', undefined],
      ['finance-revenue', 'The board meets by it.'],
      ['looker/1/1', 'The board meets by it.'],
    ])
    const written = 'groups: { finance: { feeds: { revenue: { why: Own words., assets: { looker/1/1: { why: Mine. } } } } } }\n'
    expect(whys(adopted(written + rule, [tile('1/1'), tile('1/2')]))).toEqual([
      ['finance', undefined],
      ['revenue', 'Own words.'],
      ['looker/1/1', 'Mine.'],
      ['looker/1/2', 'The board meets by it.'],
    ])
  })

  it('takes nothing that has no such label, of another connection, or of one that has left', () => {
    const others = [tile('3', { labels: { folder: 'Finance' } }), tile('4', { connection: 'lake' }), tile('5', { connection: 'old' })]
    expect(places(adopted(FOLDERS, others))).toEqual([])
  })

  it('does the same whatever else is found, and in whatever order', () => {
    const all = [tile('1/1'), tile('2/1', sales), tile('3/1', { labels: { folder: 'Sales', dashboard: 'More 2026 Pipeline' } })]
    const key = (one: Adopted, asset: string) => assetOf(one, asset)?.feed
    for (const one of all) expect(key(adopted(FOLDERS, [one]), `looker/${one.path}`)).toBe(key(adopted(FOLDERS, all), `looker/${one.path}`))
    expect(places(adopted(FOLDERS, all))).toEqual(places(adopted(FOLDERS, all.toReversed())))
  })
})

describe('several rules', () => {
  const text = `adopt:
  - { from: "looker/9/**", group: Special, feed: "{name}", owner: "{owner}" }
  - { from: "looker/**", where: { folder: [Finance, Sales] }, group: BI, feed: "{dashboard}", owner: BI team, kind: source, promised: false }
`
  it('are asked in turn: the first that fits takes it, and labels must be equal', () => {
    const other = tile('2', { labels: { folder: 'Attic', dashboard: 'Old' } })
    expect(places(adopted(text, [tile('9/1', { labels: { owner: 'Ada' } }), tile('1'), other]))).toEqual([
      'special/special-tile-9-1: looker/9/1',
      'bi/bi-revenue: looker/1',
    ])
  })

  it('say owner, kind and whether a feed is judged by it', () => {
    const { catalogue } = adopted(text, [tile('1')])
    expect(catalogue.feeds[0]).toMatchObject({ owner: 'BI team' })
    expect(catalogue.assets[0]).toMatchObject({ kind: 'source', promised: false })
  })
})

describe('what is written by hand', () => {
  const text = `groups:
  finance:
    name: Money
    feeds:
      revenue:
        owner: Grace
        assets:
          looker/1/1: { name: The one, promised: false, policy: { kind: age, lateAfter: 1h, staleAfter: 2h } }
  odd: { feeds: { sales-pipeline: { policy: { kind: none } } } }
${FOLDERS}    owner: BI team
`
  const found = adopted(text, [
    tile('1/1', { settings: { column: 'x' } }),
    tile('1/2'),
    tile('2/1', { labels: { folder: 'Sales', dashboard: 'Pipeline' }, policy: { kind: 'age', lateAfter: '9h', staleAfter: '10h' } }),
  ])

  it('wins field by field: names, owner, promise', () => {
    expect(assetOf(found, 'looker/1/1')).toMatchObject({ name: 'The one', kind: 'consumer', promised: false, settings: { column: 'x' } })
    expect(assetOf(found, 'looker/1/1')?.policies).toMatchObject([{ kind: 'age', lateAfterMs: HOUR_MS }])
    expect(found.catalogue.groups[0]).toMatchObject({ key: 'finance', name: 'Money' })
    expect(found.catalogue.feeds[0]).toMatchObject({ key: 'revenue', owner: 'Grace', name: 'Revenue' })
  })

  it('is not called adopted, and what joins it is', () => {
    expect([assetOf(found, 'looker/1/1')?.adopted, assetOf(found, 'looker/1/2')?.adopted?.rule.line]).toEqual([undefined, 13])
  })

  it('keeps a feed in the group it is written in, with its promise', () => {
    expect(places(found)).toEqual(['finance/revenue: looker/1/1', 'finance/revenue: looker/1/2', 'odd/sales-pipeline: looker/2/1'])
    expect(assetOf(found, 'looker/2/1')?.policies).toEqual([{ kind: 'none' }])
  })

  it('keeps its feed to itself where that of another group reads alike once its group stands before it', () => {
    const text = `groups: { sales: { feeds: { more-pipeline: {} } }, more: { feeds: { sales-more: {} } } }\n${FOLDERS}`
    const named = (path: string, folder: string, dashboard: string) => tile(path, { labels: { folder, dashboard } })
    // The feed more-pipeline is that of Sales / More Pipeline; More / Pipeline would come to the same key.
    const both = [named('1', 'Sales', 'More Pipeline'), named('2', 'More', 'Pipeline')]
    expect(places(adopted(text, both))).toEqual([
      'sales/more-pipeline: looker/1',
      expect.stringMatching(/^more\/more-pipeline-.{7}: looker\/2$/),
    ])
    expect(places(adopted(text, [named('2', 'More', 'Pipeline')]))).toEqual(['sales/more-pipeline: looker/2'])
    const twice = `groups: { sales: { feeds: { sales-x: {} } } }\n${FOLDERS}`
    expect(places(adopted(twice, [named('1', 'Sales', 'Sales X'), named('2', 'Sales', 'X')]))).toEqual([
      'sales/sales-x: looker/1',
      expect.stringMatching(/^sales\/sales-x-.{7}: looker\/2$/),
    ])
  })

  it('of the settings of a connector stands whole', () => {
    const own = `groups: { g: { feeds: { f: { assets: { looker/1/1: { column: mine } } } } } }\n${FOLDERS}`
    expect(assetOf(adopted(own, [tile('1/1', { settings: { clock: 'dataThroughAt' } })]), 'looker/1/1')?.settings).toEqual({
      column: 'mine',
    })
  })
})

describe('the promise of what is adopted', () => {
  const age = (hours: number) => ({ kind: 'age', lateAfter: `${hours}h`, staleAfter: '99h' })

  it('is that of the rule, else the proposed one, else the one everything has', () => {
    const proposed = tile('1', { policy: age(4) })
    const late = (one: Adopted) => one.catalogue.assets[0]?.policies
    expect(late(adopted(`${FOLDERS}    policy: { kind: age, lateAfter: 2h, staleAfter: 3h }\n`, [proposed]))).toMatchObject([
      { lateAfterMs: 2 * HOUR_MS },
    ])
    expect(late(adopted(FOLDERS, [proposed]))).toMatchObject([{ lateAfterMs: 4 * HOUR_MS }])
    expect(late(adopted(FOLDERS, [tile('1', { kind: 'table', policy: { kind: 'wrong' } })]))).toMatchObject([{ kind: 'calendar-days' }])
  })
})

describe('the promise of a rule about a clock', () => {
  const clock = '{ kind: age, lateAfter: 2h, staleAfter: 3h }'
  const rule = `${FOLDERS}    policy: ${clock}\n`
  const kinds = (text: string, more = {}) =>
    adopted(text, [tile('1', more), tile('2', { kind: 'table' })], { isTimeless: true }).catalogue.assets.map(
      ({ policies }) => policies[0]?.kind,
    )

  it('is inherited like that of a group: what has no clock is as fresh as what it is made from', () => {
    expect(kinds(rule)).toEqual(['upstream', 'age'])
    expect(kinds(rule, { policy: { kind: 'age', lateAfter: '9h', staleAfter: '10h' } })).toEqual(['upstream', 'age'])
  })

  it('comes after what the feed and the group promise', () => {
    const written = (at: string) => `groups: { finance: { ${at} feeds: { revenue: { assets: {} } } } }\n`
    expect(kinds(written('policy: { kind: none },') + rule)).toEqual(['none', 'none'])
  })

  it('stands where it is written at the asset itself', () => {
    expect(kinds(`groups: { finance: { feeds: { revenue: { assets: { looker/1: { policy: ${clock} } } } } } }\n${rule}`)).toEqual([
      'age',
      'age',
    ])
  })
})

describe('what is gone', () => {
  const gone = tile('1', { goneAt: NOW - 29 * DAY_MS })

  it('stays where it was for thirty days, and is not taken anew', () => {
    expect(places(adopted(FOLDERS, [gone], { known: ['looker/1'] }))).toEqual(['finance/finance-revenue: looker/1'])
    expect(places(adopted(FOLDERS, [gone]))).toEqual([])
    expect(places(adopted(FOLDERS, [tile('1', { goneAt: NOW - 30 * DAY_MS })], { known: ['looker/1'] }))).toEqual([])
  })

  it('keeps its feed apart from one of another group that reads alike and is there', () => {
    const there = tile('1', { labels: { folder: 'Sales', dashboard: 'More Pipeline' } })
    const alike = (goneAt: number | null) => tile('2', { goneAt, labels: { folder: 'Sales More', dashboard: 'Pipeline' } })
    const known = ['looker/1', 'looker/2']
    const before = places(adopted(FOLDERS, [there, alike(null)], { known }))
    expect(before).toEqual([
      'sales/sales-more-pipeline: looker/1',
      expect.stringMatching(/^sales-more\/sales-more-pipeline-.{7}: looker\/2$/),
    ])
    expect(places(adopted(FOLDERS, [there, alike(NOW - DAY_MS)], { known }))).toEqual(before)
  })

  it('stays as long as its rule says, and it is known until when', () => {
    const found = adopted(`${FOLDERS}    forget: 90d\n`, [gone, tile('2', { goneAt: NOW - DAY_MS })], { known: ['looker/1', 'looker/2'] })
    expect(found.forgetAt).toEqual(new Map([['looker', NOW + 61 * DAY_MS]]))
    expect(adopted(FOLDERS, [tile('1')]).forgetAt).toEqual(new Map())
  })
})

describe('the lineage of what is adopted', () => {
  const text = `groups: { g: { feeds: { f: { assets: { lake/a: , looker/7: { from: lake/a } } } } } }\n${FOLDERS}`
  const edge = (path: string, upstream: string, hint = 'bi') => ({ connection: 'looker', path, upstream: { path: upstream }, hint })

  it('is what discovery told, but no foreign key, and nothing where an asset declares what it is made from', () => {
    const edges = [edge('1', '2'), edge('1', '2', 'foreign-key'), edge('2', '9'), edge('2', '2'), edge('7', '1')]
    const found = adopted(text, [tile('1'), tile('2'), tile('7')], { edges })
    expect(found.edges).toEqual([{ upstream: 'looker/2', downstream: 'looker/1', hint: 'bi', connection: 'looker' }])
  })

  it('leads to other connections by the names these are known by, and never guesses', () => {
    const outside = (name: string) => ({ connection: 'looker', path: '1', upstream: { name, namespace: null }, hint: 'bi' })
    const lake: Identity = { names: ['db'], omits: [], namespaces: [], case: 'lower' }
    const tables = 'groups: { g: { feeds: { f: { assets: { lake/public.a: , looker/public.a: } } } } }\n'
    const around = { edges: [outside('DB.public.A'), outside('db.public.b')], identities: new Map([['lake', lake]]) }
    const found = adopted(tables + FOLDERS, [tile('1')], around)
    expect(found.edges).toEqual([{ upstream: 'lake/public.a', downstream: 'looker/1', hint: 'bi', connection: 'looker' }])
    const both = new Map([...around.identities, ['looker', lake] as const])
    expect(adopted(tables + FOLDERS, [tile('1')], { ...around, identities: both })).toMatchObject({
      edges: [],
      ambiguous: [expect.stringContaining('may be each of lake/public.a, looker/public.a')],
    })
  })

  it('decides by what a feed is judged', () => {
    const found = adopted(FOLDERS, [tile('1'), tile('2')], { edges: [edge('1', '2')] })
    expect(found.catalogue.assets.map(({ key, promised }) => [key, promised])).toEqual([
      ['looker/1', true],
      ['looker/2', false],
    ])
  })
})
