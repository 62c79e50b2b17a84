import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  PARKING_PERMITS,
  PERMIT_INDEX,
  PRICE_INDEX,
  SEARCH,
} from '#lib/testing/catalogues/declared-flow-catalogue.ts'

const problems = (flows: string) => problemsIn(declaredFlowCatalogue(flows, SEARCH), declaredFlowContracts)
/** The index of permits with one piece of text changed. */
const changed = (from: string, to: string) => {
  expect(PERMIT_INDEX).toContain(from)
  return problems(`${PARKING_PERMITS}${PERMIT_INDEX.replace(from, to)}`)
}

describe('what it indexes', () => {
  it('is good as the README has it', () => {
    expect(problems(`${PARKING_PERMITS}${PERMIT_INDEX}`)).toEqual([])
    expect(changed('key: permit_id', 'key: [permit_id, plate]')).toEqual([])
    expect(changed('    select: { permit_id: { from: permit_id, type: integer }, plate: plate }\n', '')).toEqual([])
  })

  it.each([
    ['without a key', ', key: permit_id', '', 'Nothing tells the documents of "permit-index" apart.'],
    ['with a key that "select" does not make', 'key: permit_id', 'key: permit', 'index.key | "select" makes no column "permit".'],
    [
      'into a connection that builds none',
      'search/permits',
      'library_sftp/permits',
      'No index can be built in "library_sftp": its connector builds none. | Connections of these kinds can: search.',
    ],
    ['into a connection that is not there', 'search/permits', 'serach/permits', 'Did you mean "search"?'],
    ['into several at once', 'search/permits', 'search/permits*', '"permits*" names several at once. | Name one.'],
    ['into what it reads', 'lake/parking.permits', 'search/permits', 'indexes into what it reads'],
    ['with a slip', 'key: permit_id', 'key: permit_id, shrinkRate: 0.1', 'Did you mean "shrinkRatio"?'],
    ['and delivers', '    index:', '    deliver: { to: library_sftp/a.csv, format: csv }\n    index:', 'both delivers and indexes'],
  ])('is refused %s', (_, from, to, words) => {
    expect(changed(from, to)).toContainEqual(expect.stringContaining(words))
  })

  it('is written by one flow alone', () => {
    expect(problems(`${PARKING_PERMITS}${PERMIT_INDEX}${PERMIT_INDEX.replace('permit-index', 'other-index')}`)).toEqual([
      expect.stringContaining('both write "search/permits"'),
    ])
  })
})

describe('an index of files', () => {
  const good = (from = '', to = '') => problems(PRICE_INDEX.replace(from, to))

  it('is good as the README has it, told apart by file and line or by a key', () => {
    expect(good()).toEqual([])
    expect(good('search/prices', 'search/prices, key: game')).toEqual([])
    expect(good('match: "**/*.jsonl.gz", folder: newest, complete: _SUCCESS', 'as: csv, delimiter: ";", encoding: windows-1252')).toEqual(
      [],
    )
  })

  it.each([
    ['with a slip', 'match:', 'mach:', 'Did you mean "match"?'],
    ['of another folder than the newest', 'folder: newest', 'folder: oldest', 'folder | '],
    ['with a mark in a folder', 'complete: _SUCCESS', 'complete: a/_SUCCESS', '"a/_SUCCESS" is not the name of a file'],
    ['in a form that nobody reads', 'folder: newest', 'as: parquet', 'There is: json-lines, json, csv'],
    ['with a delimiter of what is no CSV', 'folder: newest', 'as: json, delimiter: ";"', 'belongs to CSV, and the files are json'],
    ['without a bound that can be kept', 'folder: newest', 'limits: { record: 1GB }', 'must be at most 200MB'],
    ['by a key that "select" does not make', 'search/prices', 'search/prices, key: shop', '"select" makes no column "shop"'],
    ['by a template of names', 'shop/namespace/prices/v1', '"shop/namespace/prices_{date}.csv"', 'names files by a template'],
    ['from a connection that is not there', 'shop/namespace', 'shopp/namespace', 'Did you mean "shop"?'],
  ])('is refused %s', (_, from, to, words) => {
    expect(PRICE_INDEX).toContain(from)
    expect(good(from, to)).toContainEqual(expect.stringContaining(words))
  })
})
