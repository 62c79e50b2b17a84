import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import { declaredFlowContracts } from '#lib/testing/catalogues/declared-flow-catalogue.ts'
import { checkCatalogue } from '../check-catalogue.ts'
import { remarkLandedTwice } from './landed-twice.ts'

const store: ConnectorContract = {
  settings: z.strictObject({ endpoint: z.string(), user: z.string().optional(), queue: z.string().optional() }),
  assetSettings: z.strictObject({}),
  assetKind: 'source',
  extractRequest: z.strictObject({ path: z.string() }),
  deliverOptions: z.strictObject({}),
  keepsFiles: true,
  copiesFiles: true,
  hasQueue: ({ queue }) => queue !== undefined,
  whereIs: ({ endpoint }, place) => `${String(endpoint)}/${place}`,
}
const contracts: CatalogueContracts = {
  connectors: new Map([...declaredFlowContracts.connectors, ['store', store]]),
  flows: declaredFlowContracts.flows,
}

const flow = (name: string, on: string, to = 'lake/shop.prices') =>
  `  ${name}:
    feed: shop/${name}
    on: ${on}
    extract: { from: api/things, format: json }
    ${to.startsWith('lake/') ? `load: { into: ${to} }` : `deliver: { to: "${to}", format: csv }`}
`

const catalogueOf = (flows: readonly string[]) => `page: { name: Shop, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }
  api: { kind: http, url: "https://api.example.edu" }
  bucket: { kind: store, endpoint: "https://s3.example.edu", user: "\${USER}", queue: arrivals }
  again: { kind: store, endpoint: "https://s3.example.edu", user: "\${OTHER}", queue: arrivals }
  plain: { kind: store, endpoint: "https://files.example.edu" }
  here: { kind: store, endpoint: "\${HERE}" }
  there: { kind: store, endpoint: "\${THERE}" }
groups: { records: { feeds: { terms: {}, people: {} } } }
flows:
${flows.join('')}`
const problems = (...flows: string[]) => problemsIn(catalogueOf(flows), contracts)

describe('what asks for a flow beside its schedule', () => {
  it.each([
    '[{ file: bucket/shop/incoming/, match: "*.jsonl.gz" }]',
    '[{ file: bucket }, { file: plain/in, by: listing, every: 30s }]',
    '[{ file: bucket/shop, by: push }]',
    '[{ fresh: [records/terms, records/people] }]',
    '[{ message: bucket }, { push: true }]',
    '[{ file: bucket/shop, least: 1B, most: 5GB }, { message: bucket, where: { kind: prices } }, { push: true, where: { a.b: [1, true] } }]',
  ])('may be %s, and then it needs no schedule', (on) => {
    expect(problems(flow('prices', on))).toEqual([])
  })

  it.each([
    ['[{ file: buckt/shop }]', /flows\.prices\.on\[0\]\.file \| There is no connection "buckt"\. \| Did you mean "bucket"\?/],
    ['[{ file: api/shop }]', /"api" keeps no files that "prices" could be told of\. \| Connections of these kinds can: store\./],
    [
      '[{ file: plain/shop, by: queue }]',
      /on\[0\]\.by \| "plain" has no queue\. \| Name its queue in the settings of "plain", or write "by: listing"/,
    ],
    ['[{ file: bucket/shop, every: 5m }]', /"every" has no effect: files become known by the queue\./],
    ['[{ file: bucket/shop, by: push, every: 5m }]', /"every" has no effect: files become known by a push\./],
    ['[{ file: plain/shop, every: 5s }]', /"every" must be between 10s and 1d\./],
    ['[{ file: "/shop" }]', /"\/shop" is not a place for files\. \| Write <connection>\/<where>, such as shop\/incoming\./],
    ['[{ fresh: [records/trems] }]', /on\[0\]\.fresh\[0\] \| There is no feed "records\/trems"\. \| Did you mean "records\/terms"\?/],
    ['[{ fresh: [terms] }]', /"terms" is not a feed\. \| Write <group>\/<feed>, such as records\/terms\./],
    ['[{ message: plain }]', /"plain" has no queue\. \| Name its queue in the settings of "plain"\./],
    ['[{ message: api }]', /"api" has no queue\. \| Connections of these kinds can: store\./],
    ['[{ push: false }]', /"push" must be true/],
    ['[{ message: bucket, match: "*.gz" }]', /"match" means something beside "file" only\./],
    ['[{ message: bucket, push: true }]', /must name one of file, fresh, message and push/],
    ['[{ message: bucket, least: 1kB }]', /"least" means something beside "file" only\./],
    ['[{ file: bucket/shop, least: 2kB, most: 1kB }]', /on\[0\]\.most \| No file is as large as "least" and as small as "most"\./],
    ['[{ file: bucket/shop, least: huge }]', /"huge" is not a size\. \| Write one such as 16MB or 1\.5GB/],
    ['[{ file: bucket/shop, where: { kind: x } }]', /"where" means something beside "message" or "push" only\./],
    ['[{ push: true, where: {} }]', /"where" must name at least one place\./],
    ['[{ push: true, where: { "a..b": 1 } }]', /is not a place in a message\. \| Write names with dots between, such as order\.kind/],
    ['[{ push: true, where: { a: [] } }]', /must hold at least one value/],
    ['[{ push: true }]\n    when: { from: "25:00" }', /"25:00" is not a time of day/],
    ['[{ push: true }]\n    when: { days: someday }', /"someday" is not a range or list of weekdays/],
    ['[{ push: true }]\n    when: {}', /"when" must say days, from or to\./],
    ['[{ moon: full }]', /There is no setting "moon" here\./],
  ])('is refused in words as %s', (on, words) => {
    expect(problems(flow('prices', on)).join('\n')).toMatch(words)
  })

  it('may wait for a feed that a rule takes over, but for no misspelt one', () => {
    const adopt = 'adopt: [{ from: "api/**", group: Shop, feed: "{path.1}", policy: { kind: none } }]\n'
    expect(problems(flow('prices', '[{ fresh: [shop/orders] }]'), adopt)).toEqual([])
    expect(problems(flow('prices', '[{ fresh: [shop/orders] }]'))).toHaveLength(1)
    expect(problems(flow('prices', '[{ fresh: [records/trems] }]'), adopt).join()).toMatch(/Did you mean "records\/terms"/)
  })

  it.each(['debounce: 2m', 'when: { days: mon-fri }'])('has a %s only where there is something to wait for', (line) => {
    const scheduled = `  prices:\n    feed: shop/prices\n    schedule: "0 4 * * *"\n    ${line}\n    extract: { from: api/things, format: json }\n    load: { into: lake/shop.prices }\n`
    expect(problems(scheduled)).toEqual([
      expect.stringMatching(/flows\.prices\.(debounce|when) \| "(debounce|when)" has no effect: nothing but its schedule/),
    ])
  })
})

describe('a flow that would start itself', () => {
  it.each([
    ['bucket/shop/incoming/done.csv', 'bucket/shop/incoming'],
    ['bucket/shop/incoming/{date}.csv', 'bucket/shop/incoming/'],
    ['bucket/shop/any.csv', 'bucket'],
    // Another connection to the same system, with another account.
    ['again/shop/incoming/done.csv', 'bucket/shop/incoming'],
  ])('by writing %s while files in %s start it is refused', (to, place) => {
    expect(problems(flow('prices', `[{ file: ${place} }]`, to))).toEqual([
      expect.stringMatching(
        /flows\.prices\.deliver\.to \| "prices" would start itself for ever: ".*" lies inside its own trigger ".*"\. \| Write to another place/,
      ),
    ])
  })

  it.each(['bucket/shop/done/a.csv', 'bucket/shop/incoming-done/a.csv', 'plain/shop/incoming/a.csv'])('not by writing %s', (to) => {
    expect(problems(flow('prices', '[{ file: bucket/shop/incoming }]', to))).toEqual([])
    expect(problems(flow('prices', '[{ file: here/shop/incoming }]', 'there/shop/incoming/a.csv'))).toEqual([])
  })

  const copying = (name: string, place: string, copy: string) => `  ${name}:
    feed: shop/${name}
    on: [{ file: ${place} }]
    land: { copy: ${copy}, into: lake/shop.${name} }
`

  it.each([
    ['bucket/shop/incoming/landed', 'bucket/shop/incoming', /"bucket\/shop\/incoming\/landed" lies inside its own trigger/],
    ['bucket/shop', 'bucket/shop', /"bucket\/shop" lies inside its own trigger/],
    ['bucket/shop/landed', 'bucket/shop/landed/bucket', /"bucket\/shop\/landed" lies inside its own trigger/],
    ['bucket/shop/landed', 'bucket/shop/landed/bucket/shop/a', /its trigger ".*\/a" lies where it copies files to, "bucket\/shop\/landed"/],
  ])('by copying its files to %s while those in %s start it is refused', (copy, place, words) => {
    expect(problems(copying('prices', place, copy))).toEqual([expect.stringMatching(words)])
  })

  it('not by copying them elsewhere, but over a flow that takes the copies', () => {
    const copies = copying('prices', 'bucket/shop/incoming', 'bucket/shop/landed')
    expect(problems(copies, copying('deep', 'bucket/shop', 'bucket/other'))).toEqual([])
    expect(problems(copies, flow('posts', '[{ file: bucket/shop/landed/bucket/shop }]', 'bucket/shop/incoming/x.csv'))).toEqual([
      expect.stringMatching(/These flows would start each other for ever/),
    ])
  })

  it('over others is refused, too', () => {
    const there = flow('prices', '[{ file: bucket/a }]', 'bucket/b/x.csv')
    const back = flow('posts', '[{ file: bucket/b }]', 'bucket/a/x.csv')
    expect(problems(there)).toEqual([])
    expect(problems(there, back)).toEqual([expect.stringMatching(/These flows would start each other for ever: prices → posts → prices\./)])
  })

  it('by waiting for a feed that it writes is refused', () => {
    expect(problems(flow('prices', '[{ fresh: [shop/prices] }]'))).toEqual([
      expect.stringMatching(/"prices" would wait for itself: it writes the feed "shop\/prices"\. \| Name feeds that others write\./),
    ])
    const a = flow('a', '[{ fresh: [shop/b] }]', 'lake/shop.a')
    expect(problems(a, flow('b', '[{ fresh: [shop/a] }]', 'lake/shop.b')).join()).toMatch(/start each other for ever/)
  })
})

describe('one place that is waited for over two connections', () => {
  const landing = (name: string, on: string, into = 'lake/shop.prices') => `  ${name}:
    feed: shop/${name}
    on: [${on}]
    land: { into: ${into} }
`
  const remarks = (...flows: string[]) => {
    const { outline } = checkCatalogue(parseCatalogue([{ file: 'tidemark.yaml', text: catalogueOf(flows) }]), contracts)
    return outline === null ? [] : remarkLandedTwice(outline, contracts).map(({ problem }) => problem)
  }
  const TWICE =
    '"bucket/shop" and "again/shop/in" are one place over two connections: a file that both tell of lands twice in "lake/shop.prices".'

  it('has its files twice in a table, which is remarked', () => {
    expect(remarks(landing('prices', '{ file: bucket/shop }, { file: again/shop/in }'))).toEqual([TWICE])
    expect(remarks(landing('a', '{ file: bucket/shop }'), landing('b', '{ file: again/shop/in, match: "*.csv" }'))).toEqual([TWICE])
  })

  it.each([
    ['two places', landing('a', '{ file: bucket/shop }, { file: again/shops }')],
    ['two systems', landing('a', '{ file: bucket/shop }, { file: plain/shop }')],
    ['one connection', landing('a', '{ file: bucket/shop }, { file: bucket/shop/in, by: push }')],
    ['names that differ', landing('a', '{ file: bucket/shop, match: "*.csv" }, { file: again/shop, match: "*.json" }')],
    ['two tables', landing('a', '{ file: bucket/shop }') + landing('b', '{ file: again/shop }', 'lake/shop.posts')],
    ['a flow that lands nothing', flow('a', '[{ file: bucket/shop }, { file: again/shop }]')],
  ])('is not what is meant by %s', (_, flows) => {
    expect(remarks(flows)).toEqual([])
  })
})
