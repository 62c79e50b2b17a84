import { describe, expect, it } from 'vitest'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { resolveCatalogue } from '#lib/catalogue/resolve/resolve.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { inOneLine } from '#lib/testing/catalogues/catalogue-texts.ts'
import { checkCatalogue, remarksOn } from './check-catalogue.ts'

/** The groups of a catalogue begin on line 3. */
function load(groups: string): { catalogue: Catalogue | null; problems: string[]; remarks: string[] } {
  const text = `page: { name: P, zone: UTC }\nconnections: { lake: { kind: postgres, url: "\${A}" } }\n${groups}\n`
  const parsed = parseCatalogue([{ file: 'tidemark.yaml', text }])
  const checked = checkCatalogue(parsed, campusContracts)
  const problems = checked.problems.map(inOneLine)
  if (checked.document === null || parsed.root === null) return { catalogue: null, problems, remarks: [] }
  const catalogue = resolveCatalogue(checked.document, parsed.root, campusContracts)
  return { catalogue, problems, remarks: remarksOn(checked, catalogue, campusContracts).map(inOneLine) }
}

const inFeed = (assets: string) => `groups: { g: { feeds: { f: { assets: { ${assets} } } } } }`
const promised = (assets: string) =>
  load(inFeed(assets))
    .catalogue?.assets.filter((asset) => asset.promised)
    .map((asset) => asset.key)

describe('a feed is judged by', () => {
  it('its table, not by the view that is only watched', () => {
    expect(promised('lake/t: , lake/v: { from: lake/t, policy: { kind: none } }')).toEqual(['lake/t'])
  })

  it('the judged end of a chain, whatever is only watched in between and after', () => {
    const none = 'policy: { kind: none }'
    expect(promised(`lake/a: , lake/b: { from: lake/a, ${none} }, lake/c: { from: lake/b }, lake/d: { from: lake/c, ${none} }`)).toEqual([
      'lake/c',
    ])
  })

  it('an asset with one judged promise among several', () => {
    expect(promised('lake/t: , lake/v: { from: lake/t, policy: [{ kind: none }, { kind: age, lateAfter: 1h, staleAfter: 2h }] }')).toEqual([
      'lake/v',
    ])
  })

  it('what the catalogue says', () => {
    expect(promised('lake/t: { promised: true }, lake/v: { from: lake/t }, lake/w: { promised: false }')).toEqual(['lake/t', 'lake/v'])
  })

  it('nothing where nothing is judged', () => {
    expect(promised('lake/t: { policy: { kind: none } }')).toEqual([])
  })

  it('its own assets: what another feed makes of them takes nothing away', () => {
    const text = 'groups: { g: { feeds: { f: { assets: { lake/t: } }, h: { assets: { lake/v: { from: lake/t } } } } } }'
    expect(load(text).catalogue?.assets.map((asset) => asset.promised)).toEqual([true, true])
  })
})

describe('an asset that is only watched', () => {
  const refused = 'Its feed cannot be judged by it: its policy is "none", so nothing is promised.'
  const remedy = 'Give the asset a policy of its own, or take "promised" out.'

  it.each([
    ['of itself', 'groups:\n g:\n  feeds:\n   f:\n    assets:\n     lake/t:\n      policy: { kind: none }\n      promised: true', 10],
    ['like its feed', 'groups:\n g:\n  feeds:\n   f:\n    policy: { kind: none }\n    assets:\n     lake/t:\n      promised: true', 10],
    ['like its group', 'groups:\n g:\n  policy: [{ kind: none }]\n  feeds:\n   f:\n    assets:\n     lake/t:\n      promised: true', 10],
  ])('%s cannot be promised', (_, groups, line) => {
    expect(load(groups).problems).toEqual([`tidemark.yaml:${line}:17 groups.g.feeds.f.assets.lake/t.promised | ${refused} | ${remedy}`])
  })

  it('may say that it is not, and one that is judged may say that it is', () => {
    expect(load(inFeed('lake/t: { policy: { kind: none }, promised: false }')).problems).toEqual([])
    const judged =
      'groups: { g: { policy: { kind: none }, feeds: { f: { assets: { lake/t: { policy: { kind: calendar-days }, promised: true } } } } } }'
    expect(load(judged).problems).toEqual([])
  })
})

describe('a policy that counts for nothing', () => {
  const remark = (place: string) =>
    `tidemark.yaml:${place} | The policy counts for nothing: the feed "f" is judged by none of its assets. | Write "promised: true" at an asset that has a policy, or a policy other than "none" at one that has not.`

  it('is remarked on where it stands', () => {
    const at = (feed: string) => load(`groups:\n g:\n  feeds:\n   f:\n    ${feed}`).remarks
    const daily = 'policy: { kind: calendar-days }'
    expect(at(`${daily}\n    assets: { lake/t: { policy: { kind: none } } }`)).toEqual([remark('7:5 groups.g.feeds.f.policy')])
    expect(at(`${daily}\n    assets: { lake/t: { promised: false } }`)).toEqual([remark('7:5 groups.g.feeds.f.policy')])
    expect(at(daily)).toEqual([remark('7:5 groups.g.feeds.f.policy')])
    expect(at(`assets: { lake/t: { promised: false, ${daily} } }`)).toEqual([remark('7:42 groups.g.feeds.f.assets.lake/t.policy')])
    expect(load(`groups:\n g:\n  ${daily}\n  feeds: { f: { assets: { lake/t: { promised: false } } } }`).remarks).toEqual([
      remark('6:12 groups.g.feeds.f'),
    ])
  })

  it('is remarked on where nothing is written, but what the feed would be judged by is left out', () => {
    expect(load(inFeed('lake/t: , lake/v: { from: lake/t, promised: false }')).remarks).toEqual([
      'tidemark.yaml:3:74 groups.g.feeds.f.assets.lake/v.promised | The feed "f" is judged by none of its assets: "lake/v" is left out, and "lake/t" is what it is made from. | Write "promised: true" at "lake/t".',
    ])
    expect(load(inFeed('lake/t: { promised: true }, lake/v: { from: lake/t, promised: false }')).remarks).toEqual([])
    expect(load(inFeed('lake/t: { policy: { kind: none } }, lake/v: { from: lake/t, promised: false }')).remarks).toEqual([])
  })

  it('is nothing to remark on where it counts, or where none is written', () => {
    expect(load(inFeed('lake/t: , lake/v: { from: lake/t, policy: { kind: none } }')).remarks).toEqual([])
    expect(load(inFeed('lake/t: { promised: false }')).remarks).toEqual([])
    expect(load(inFeed('lake/t: { policy: { kind: none } }')).remarks).toEqual([])
    expect(load('groups: { g: { policy: { kind: calendar-days }, feeds: { f: {} } } }').remarks).toEqual([])
  })
})
