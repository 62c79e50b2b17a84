import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  LIBRARY_FILE,
  PARKING_PERMITS,
} from '#lib/testing/catalogues/declared-flow-catalogue.ts'

const problems = (flows: string, more = '') => problemsIn(declaredFlowCatalogue(flows, more), declaredFlowContracts)
const changed = (from: string, to: string) => problems(PARKING_PERMITS.replace(from, to))
/** The library's file with one piece of text changed. */
const delivered = (from: string, to: string) => {
  expect(LIBRARY_FILE).toContain(from)
  return problems(`${PARKING_PERMITS}${LIBRARY_FILE.replace(from, to)}`)
}
const without = (line: string) => changed(PARKING_PERMITS.split('\n').find((text) => text.includes(line)) ?? line, '')

describe('what it delivers', () => {
  it('goes to a connector that takes files', () => {
    expect(delivered('library_sftp/inbox', 'lake/inbox')).toEqual([
      expect.stringMatching(
        /deliver.to \| Nothing can be delivered to "lake": its connector takes no files\. \| Connections of these kinds can: http, sftp\./,
      ),
    ])
    expect(delivered('library_sftp/inbox', 'libary_sftp/inbox')).toEqual([expect.stringContaining('Did you mean "library_sftp"?')])
  })

  it('has a name that can be filled in', () => {
    expect(delivered('{date}', '{day}')).toEqual([expect.stringMatching(/cannot name a file: it has an unknown mark \{day\}/)])
    expect(delivered('inbox/', '../inbox/')).toEqual([expect.stringContaining('it leaves the folder of the connection')])
  })

  it('has a format, its keys and those of the connector, and no others', () => {
    expect(delivered('format: csv', 'format: xls')).toEqual([expect.stringContaining('deliver.format')])
    expect(delivered(', format: csv', '')).toEqual([expect.stringContaining('deliver.format')])
    expect(delivered('format: csv', 'format: csv, delimiter: ";", header: false')).toEqual([])
    expect(delivered('format: csv', 'format: csv, delimter: ";"')).toEqual([expect.stringContaining('Did you mean "delimiter"?')])
    expect(delivered('checksum: sha256', 'checksum: md5')).toEqual([expect.stringContaining('"md5" is not a checksum there is')])
    expect(delivered('checksum: sha256', 'method: PUT')).toEqual([expect.stringContaining('There is no setting "method" here')])
    expect(delivered('library_sftp/inbox', 'parking_api/inbox')).toEqual([expect.stringContaining('There is no setting "checksum" here')])
    expect(delivered('format: csv', 'format: fixed')).toEqual([expect.stringContaining('"columns" is missing')])
  })

  it('names only columns that "select" makes', () => {
    const csv = LIBRARY_FILE.replace('    deliver:', '    select: { id: permit_id }\n    deliver:')
    const columns = (list: string) => problems(`${PARKING_PERMITS}${csv.replace('format: csv', `format: csv, columns: ${list}`)}`)
    expect(columns('[id]')).toEqual([])
    expect(columns('[{ field: id, title: Id }]')).toEqual([])
    expect(columns('[id, plate]')).toEqual([expect.stringMatching(/deliver.columns\[1\] \| "select" makes no column "plate"/)])
    expect(columns('[{ field: plate, title: Plate }]')).toEqual([
      expect.stringMatching(/deliver.columns\[0\].field \| "select" makes no column/),
    ])
  })
})

describe('the feed that shows it', () => {
  const GROUPS = (feeds: string) => `groups:\n  student_life:\n    feeds:\n${feeds}`

  it('is asked for where nothing else shows what is written', () => {
    expect(without('feed:')).toEqual([
      'tidemark.yaml:10:3 flows.parking-permits | No feed shows what "parking-permits" writes. | Add "feed: <group>/<feed>", or declare the asset in a feed.',
    ])
    const flow = PARKING_PERMITS.replace(/ {4}feed:.*\n/, '')
    expect(problems(flow, GROUPS('      permits: { assets: { lake/parking.permits: {} } }'))).toEqual([])
  })

  it('has a group and a key', () => {
    expect(changed('student_life/parking', 'parking')).toEqual([
      expect.stringMatching(/flows.parking-permits.feed \| "parking" is not a place for a feed/),
    ])
  })

  it('may be one that is declared, which stays in its group', () => {
    expect(problems(PARKING_PERMITS, GROUPS('      parking: { owner: parking@campus.example }'))).toEqual([])
    expect(problems(PARKING_PERMITS, GROUPS('      parking: {}').replace('student_life', 'services'))).toEqual([
      expect.stringMatching(/parking-permits.feed \| The feed "parking" is in the group "services"\. \| Write "services\/parking"\./),
    ])
  })

  it('is the one the asset is already in', () => {
    expect(problems(PARKING_PERMITS, GROUPS('      permits: { assets: { lake/parking.permits: {} } }'))).toEqual([
      expect.stringMatching(/"lake\/parking.permits" is already in the feed "permits"\. \| Write "student_life\/permits", or take/),
    ])
  })

  it('is named once', () => {
    const named = PARKING_PERMITS.replace('    schedule:', '    feedName: Permits\n    schedule:')
    expect(problems(named)).toEqual([])
    expect(problems(named, GROUPS('      parking: { name: Parking }'))).toEqual([
      expect.stringMatching(/feedName \| "feedName" has no effect: the feed is declared in tidemark.yaml, line 11\./),
    ])
    const second = LIBRARY_FILE.replace('student_life/library', 'student_life/parking\n    feedName: Another')
    expect(problems(`${named}${second}`)).toEqual([
      expect.stringMatching(/library-patrons.feedName .*the feed is declared in tidemark.yaml, line 10/),
    ])
  })
})
