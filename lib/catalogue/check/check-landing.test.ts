import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import { declaredFlowContracts } from '#lib/testing/catalogues/declared-flow-catalogue.ts'

const none = z.strictObject({})
const store: ConnectorContract = { settings: none, assetSettings: none, assetKind: 'source', keepsFiles: true, copiesFiles: true }
const { copiesFiles: _copies, ...server } = store
const tables: ConnectorContract = { settings: none, assetSettings: none, assetKind: 'table', takesRows: true }
const contracts: CatalogueContracts = {
  connectors: new Map([...declaredFlowContracts.connectors, ['store', store], ['server', server], ['tables', tables]]),
  flows: declaredFlowContracts.flows,
}

/** A flow that lands files; `land` and `more` in place of what stands there. */
const problems = (land = '{ into: lake/games_raw.prices }', more = 'on: [{ file: bucket/shop/incoming/, match: "*.jsonl.gz" }]') =>
  problemsIn(
    `page: { name: Shop, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }
  bucket: { kind: store }
  other: { kind: store }
  files: { kind: server }
  landing: { kind: tables }
flows:
  prices:
    feed: games/prices
    land: ${land}
    ${more}
`,
    contracts,
  )

describe('a flow that lands files', () => {
  it.each([
    '{ into: lake/games_raw.prices }',
    '{ into: landing/prices }',
    '{ into: lake/games_raw.prices, copy: bucket/shop/landed/, as: csv, delimiter: ";", encoding: windows-1252 }',
    '{ into: lake/games_raw.prices, limits: { unpacked: 20GB, record: 200MB }, delimiter: "\\t" }',
  ])('is good with %s', (land) => {
    expect(problems(land)).toEqual([])
  })

  it('may have a schedule, too', () => {
    expect(problems(undefined, 'on: [{ file: files/in }]\n    schedule: "0 4 * * *"')).toEqual([])
  })

  it.each([
    ['{}', /"into" is missing/],
    ['{ into: lake/prices }', /land\.into \| "lake\/prices" is not a table a flow without code can load into\. \| Write lake\//],
    [
      '{ into: bucket/prices }',
      /land\.into \| No file can be landed in "bucket": its connector takes no rows\. \| Connections of these kinds can: tables\./,
    ],
    ['{ into: nowhere/prices }', /land\.into \| There is no connection "nowhere"/],
    ['{ into: lake/term_raw.prices }', /land\.into \| The schema "term_raw" belongs to the flow "term"\./],
    ['{ into: lake/a.b, as: xml }', /land\.as \| "xml" is not a form there is\. \| There is: json-lines, json, csv\./],
    [
      '{ into: lake/a.b, as: json, delimiter: ";" }',
      /land\.delimiter \| "delimiter" belongs to CSV, and the files are json\. \| Take it out\./,
    ],
    ['{ into: lake/a.b, limits: { record: 16 } }', /land\.limits\.record/],
    ['{ into: lake/a.b, limits: { record: 1GB } }', /land\.limits\.record \| "record" must be at most 200MB\./],
    ['{ into: lake/a.b, encoding: ebcdic }', /land\.encoding \| "ebcdic" is not an encoding there is\. \| There is: utf-8, utf-16le/],
    ['{ into: lake/a.b, copi: bucket/x }', /land\.copi \| There is no setting "copi" here\. \| Did you mean "copy"\?/],
    [
      '{ into: lake/a.b, copy: other/landed }',
      /land\.copy \| "bucket" cannot copy its files to "other": a copy stays in its own system\. \| Write a place of "bucket", or take "copy" out\./,
    ],
    ['{ into: lake/a.b, copy: bucket/shop/incoming/done }', /land\.copy \| "prices" would start itself for ever/],
  ])('is not good with %s', (land, words) => {
    const found = problems(land)
    expect(found).toEqual([expect.stringMatching(words)])
  })

  it('needs files that ask for it', () => {
    const words = /flows\.prices \| "prices" lands files, and nothing tells it of any\. \| Say which files: on: \[/
    expect(problems(undefined, 'schedule: "0 4 * * *"')).toEqual([expect.stringMatching(words)])
    expect(problems(undefined, 'on: [{ push: true }]')).toEqual([expect.stringMatching(words)])
  })

  it('copies only what can be copied', () => {
    expect(problems('{ into: lake/a.b, copy: files/done }', 'on: [{ file: files/in }]')).toEqual([
      expect.stringMatching(/land\.copy \| "files" cannot copy files\. \| Take "copy" out\./),
    ])
  })

  it('does nothing else', () => {
    const more = 'on: [{ file: bucket/in }]\n    extract: { from: lake/x.y }\n    parameters: {}'
    expect(problems(undefined, more)).toEqual(
      ['extract', 'parameters'].map((key) => expect.stringContaining(`"prices" lands files as they are, so "${key}" means nothing here.`)),
    )
  })
})
