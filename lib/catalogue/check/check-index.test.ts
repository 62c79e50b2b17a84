import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  PARKING_PERMITS,
  PERMIT_INDEX,
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
    ['without a key', ', key: permit_id', '', 'index.key | "key" must be text or a list.'],
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
