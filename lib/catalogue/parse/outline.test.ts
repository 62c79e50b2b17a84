import { describe, expect, it } from 'vitest'
import { located } from '#lib/testing/catalogues/catalogue-texts.ts'
import { pathInWords } from './node.ts'
import { outlineOf } from './outline.ts'

const outline = outlineOf(
  located(`
connections: { lake: { kind: postgres }, broken: 5 }
calendars: { work: }
groups:
  a:
    policy: { kind: none }
    feeds:
      x:
        policy: [{ kind: none }, { kind: age }]
        assets:
          lake/one: { from: lake/two, policy: { kind: none } }
          lake/two: { from: [lake/three, 5, { a: b }, lake/four] }
          lake/a/b:
          keyless: { from: { a: b } }
      y: text
  b: [not, a, map]
flows: { term: }
`),
)

const keys = (entries: readonly { key: string; path: readonly (string | number)[] }[]) =>
  entries.map((entry) => `${entry.key} at ${pathInWords(entry.path)}`)

describe('the outline of a document that is partly wrong', () => {
  it('names what can be named, with its path', () => {
    expect(keys(outline.connections)).toEqual(['lake at connections.lake', 'broken at connections.broken'])
    expect(keys(outline.calendars)).toEqual(['work at calendars.work'])
    expect(keys(outline.groups)).toEqual(['a at groups.a', 'b at groups.b'])
    expect(keys(outline.feeds)).toEqual(['x at groups.a.feeds.x', 'y at groups.a.feeds.y'])
    expect(keys(outline.flows)).toEqual(['term at flows.term'])
  })

  it('knows whose each part is', () => {
    expect(outline.feeds.map((feed) => feed.group)).toEqual(['a', 'a'])
    expect(outline.assets.map(({ key, feed, connection }) => [key, feed, connection])).toEqual([
      ['lake/one', 'x', 'lake'],
      ['lake/two', 'x', 'lake'],
      ['lake/a/b', 'x', 'lake'],
      ['keyless', 'x', null],
    ])
  })

  it('reads what an asset is made from, and where each of it stands', () => {
    expect(outline.assets.map((asset) => keys(asset.from))).toEqual([
      ['lake/two at groups.a.feeds.x.assets.lake/one.from'],
      ['lake/three at groups.a.feeds.x.assets.lake/two.from[0]', 'lake/four at groups.a.feeds.x.assets.lake/two.from[3]'],
      [],
      [],
    ])
  })

  it('finds every policy: of groups, of feeds, of assets, alone or in a list', () => {
    expect(outline.policies.map((policy) => pathInWords(policy.path))).toEqual([
      'groups.a.policy',
      'groups.a.feeds.x.policy[0]',
      'groups.a.feeds.x.policy[1]',
      'groups.a.feeds.x.assets.lake/one.policy',
    ])
  })

  it('is empty for a document without any of it', () => {
    expect(outlineOf(located('page: { groups: { a: {} } }'))).toMatchObject({
      connections: [],
      groups: [],
      feeds: [],
      assets: [],
      policies: [],
    })
  })
})
