import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { CatalogueContracts, FlowContract } from '#lib/catalogue/schema/contracts.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aFlowContract } from '#lib/testing/catalogues/catalogue-texts.ts'
import { resolveCatalogue } from './resolve.ts'

/** Lines 1 and 2 are page and connections; further texts are files of their own. */
function resolve(text: string, options: { more?: string[]; flows?: Record<string, Partial<FlowContract>> } = {}): Catalogue {
  const head = 'page: { name: P, zone: UTC }\nconnections: { lake: { kind: postgres, url: "${A}" } }\n'
  const files = [head + text, ...(options.more ?? [])].map((each, i) => ({ file: `${i + 1}.yaml`, text: each }))
  const parameters = z.object({ n: z.number().default(5) })
  const flows = Object.entries(options.flows ?? {}).map(([name, given]) => [name, aFlowContract({ parameters, ...given })] as const)
  const contracts: CatalogueContracts = { ...campusContracts, flows: new Map(flows) }
  const parsed = parseCatalogue(files)
  const { document, problems } = checkCatalogue(parsed, contracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems, null, 1))
  return resolveCatalogue(document, parsed.root, contracts)
}

describe('what a catalogue does not say', () => {
  it('leaves nobody to tell and nothing to see', () => {
    expect(resolve('')).toMatchObject({
      access: 'private',
      tell: { email: null, webhook: null, heartbeat: null },
      connections: [
        { key: 'lake', kind: 'postgres', probeEveryMs: 300_000, rotatedOn: null, maxAgeMs: 365 * 86_400_000, settings: { url: '${A}' } },
      ],
      groups: [],
      feeds: [],
      assets: [],
      flows: [],
    })
  })

  it('of a group and a feed is their name, and nothing else', () => {
    const { groups, feeds } = resolve('groups:\n  my-group:\n    feeds:\n      the_feed: {}\n')
    expect(groups).toEqual([{ key: 'my-group', name: 'My group', description: null }])
    expect(feeds).toEqual([
      {
        key: 'the_feed',
        group: 'my-group',
        name: 'The feed',
        description: null,
        owner: null,
        runbook: null,
        promise: '',
        source: { file: '1.yaml', line: 6, yaml: 'the_feed: {}' },
      },
    ])
  })

  it('of an asset comes from its key, its connector and where it stands', () => {
    expect(resolve('groups: { g: { policy: { kind: none }, feeds: { f: { assets: { lake/a/b.c: } } } } }').assets).toEqual([
      {
        key: 'lake/a/b.c',
        feed: 'f',
        connection: 'lake',
        path: 'a/b.c',
        name: 'a/b.c',
        kind: 'table',
        promised: false,
        flow: null,
        upstream: [],
        was: null,
        policies: [{ kind: 'none' }],
        blindAfterMs: 900_000,
        settings: {},
      },
    ])
  })

  it('of a flow comes from its file', () => {
    const load = {
      schedule: '5 4 * * *',
      timezone: 'Europe/Berlin',
      timeoutMs: 1000,
      connections: ['lake'],
      reads: ['lake/r'],
      writes: ['lake/w'],
    }
    expect(resolve('flows: { load: }', { flows: { load } }).flows).toEqual([
      {
        name: 'load',
        cron: '5 4 * * *',
        zone: 'Europe/Berlin',
        after: [],
        timeoutMs: 1000,
        rejectTolerance: 0.01,
        connections: { lake: 'lake' },
        parameters: {},
        reads: ['lake/r'],
        writes: ['lake/w'],
        source: { file: '1.yaml', line: 3, yaml: 'load:' },
      },
    ])
  })
})

describe('what a catalogue says', () => {
  it('of an asset is kept, the settings of the connector apart', () => {
    const asset = '{ name: A, kind: consumer, was: lake/old, promised: false, blindAfter: 20m, column: loaded_at, zone: UTC }'
    expect(resolve(`groups: { g: { feeds: { f: { assets: { lake/a: ${asset} } } } } }`).assets).toMatchObject([
      {
        name: 'A',
        kind: 'consumer',
        was: 'lake/old',
        promised: false,
        blindAfterMs: 1_200_000,
        settings: { column: 'loaded_at', zone: 'UTC' },
      },
    ])
  })

  it('of a flow wins over its file, also when it says nothing and none', () => {
    const flows = { first: {}, load: { rejectTolerance: 0.5, after: ['first'] } }
    const written =
      'load: { schedule: "0 9 * * *", timezone: Asia/Tokyo, timeout: 2h, rejectTolerance: 0, after: [], parameters: { n: 1 } }'
    expect(resolve(`flows: { first: , ${written} }`, { flows }).flows[1]).toMatchObject({
      cron: '0 9 * * *',
      zone: 'Asia/Tokyo',
      timeoutMs: 7_200_000,
      rejectTolerance: 0,
      after: [],
      parameters: { n: 1 },
    })
    expect(resolve('flows: { first: , load: }', { flows }).flows[1]).toMatchObject({ rejectTolerance: 0.5, after: ['first'] })
  })

  it('in a second file is found there', () => {
    const more = ['# the other one\ngroups:\n  g:\n    feeds:\n      second: # here\n        owner: me\n']
    const { feeds } = resolve('groups: { g: { feeds: { first: {} } } }', { more })
    expect(feeds.map(({ key, source }) => `${key} ${source.file}:${source.line}`)).toEqual(['first 1.yaml:3', 'second 2.yaml:5'])
    expect(feeds[1]?.source.yaml).toBe('second: # here\n  owner: me')
  })
})

describe('the promise of a feed', () => {
  const promiseOf = (assets: string) => resolve(`groups: { g: { feeds: { f: { assets: { ${assets} } } } } }`).feeds[0]?.promise
  const hourly = '{ kind: age, lateAfter: 1h, staleAfter: 2h }'

  it.each([
    ['one promise, said once', `lake/a: { policy: ${hourly} }, lake/b: { policy: ${hourly} }`, 'never older than 1 h'],
    ['several, each in turn', `lake/a: { policy: ${hourly} }, lake/b: `, 'never older than 1 h; new every day by 08:00 (UTC)'],
    ['only what is promised', `lake/a: { policy: ${hourly} }, lake/b: { from: lake/a }`, 'new every day by 08:00 (UTC)'],
    ['all of a list', `lake/a: { policy: [${hourly}, { kind: none }] }`, 'never older than 1 h; watched, nothing promised'],
    ['nothing where nothing is promised', 'lake/a: { promised: false }', ''],
  ])('is %s', (_name, assets, promise) => {
    expect(promiseOf(assets)).toBe(promise)
  })
})

describe('lineage across feeds', () => {
  const text = `groups:
  g: { feeds: { up: { assets: { lake/a: , lake/b: { from: lake/a } } }, down: { assets: { lake/c: { from: [lake/b, lake/a, lake/b] } } } } }
`

  it('does not take a promise away from the feed it leaves', () => {
    expect(resolve(text).assets.map(({ key, promised }) => [key, promised])).toEqual([
      ['lake/a', false],
      ['lake/b', true],
      ['lake/c', true],
    ])
  })

  it('names each upstream once', () => {
    expect(resolve(text).assets[2]?.upstream.map((upstream) => upstream.key)).toEqual(['lake/b', 'lake/a'])
  })

  it('of a consumer whose system tells no time is to be as fresh as what it is made from, and never blind', () => {
    const looker = { settings: z.object({}), assetSettings: z.object({}), assetKind: 'consumer' as const, hasClock: () => false }
    const contracts = { ...campusContracts, connectors: new Map([...campusContracts.connectors, ['looker', looker]]) }
    const text = `
page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${A}" }, bi: { kind: looker } }
groups:
  g:
    policy: { kind: age, lateAfter: 1h, staleAfter: 2h }
    feeds:
      f:
        assets:
          lake/t: {}
          lake/report: { kind: consumer, from: lake/t }
          bi/tile: { from: lake/t }
          bi/own: { from: lake/t, policy: { kind: age, lateAfter: 3h, staleAfter: 4h } }
          bi/source: { kind: source }
`
    const parsed = parseCatalogue([{ file: '1.yaml', text }])
    const { document, problems } = checkCatalogue(parsed, contracts)
    if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems))
    const { assets } = resolveCatalogue(document, parsed.root, contracts)
    expect(assets.map(({ key, policies, promised, blindAfterMs }) => [key, policies[0]?.kind, promised, blindAfterMs === null])).toEqual([
      ['lake/t', 'age', false, false],
      ['lake/report', 'age', true, false],
      ['bi/tile', 'upstream', true, true],
      ['bi/own', 'age', true, false],
      ['bi/source', 'age', true, false],
    ])
  })
})
