import { expect, it } from 'vitest'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { declaredFlowCatalogue, declaredFlowContracts, PARKING_PERMITS } from '#lib/testing/catalogues/declared-flow-catalogue.ts'
import { resolveCatalogue } from './resolve.ts'

const sftp = declaredFlowContracts.connectors.get('sftp')
const http = declaredFlowContracts.connectors.get('http')
const contracts: CatalogueContracts = {
  ...declaredFlowContracts,
  connectors: new Map<string, ConnectorContract>([
    ...declaredFlowContracts.connectors,
    ...(sftp ? [['sftp', { ...sftp, keepsFiles: true }] as const] : []),
    ...(http ? [['http', { ...http, keepsFiles: true, hasQueue: ({ url }: Record<string, unknown>) => url !== undefined }] as const] : []),
  ]),
}

function resolved(text: string) {
  const parsed = parseCatalogue([{ file: 'tidemark.yaml', text }])
  const { document, problems } = checkCatalogue(parsed, contracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems))
  return resolveCatalogue(document, parsed.root, contracts)
}

it('a flow is asked for as it is written, everything else filled in', () => {
  const on = `    debounce: 2m
    when: { days: [sat, mon], to: "06:00" }
    on:
      - { file: library_sftp/out/daily/, every: 1h }
      - { file: parking_api/drop, match: "**/*.gz", least: 1kB, most: 2MB }
      - { fresh: [student_life/parking, student_life/parking] }
      - { message: parking_api, where: { kind: [permits, 7], lot.open: true } }
      - { push: true }
`
  const other = PARKING_PERMITS.replace('parking-permits', 'permits').replace('student_life/parking', 'student_life/permits')
  const flows = resolved(
    declaredFlowCatalogue(PARKING_PERMITS + other.replace('parking.permits', 'parking.more').replace('    schedule: "20 4 * * *"\n', on)),
  ).flows
  expect(flows.find(({ name }) => name === 'permits')).toMatchObject({
    cron: null,
    debounceMs: 120_000,
    when: { days: [1, 6], from: '00:00', to: '06:00', zone: 'America/New_York' },
    on: [
      { kind: 'file', source: 'library_sftp', place: 'out/daily', match: null, by: 'listing', everyMs: 3_600_000 },
      {
        kind: 'file',
        source: 'parking_api',
        place: 'drop',
        match: '**/*.gz',
        by: 'queue',
        everyMs: 300_000,
        leastBytes: 1000,
        mostBytes: 2_000_000,
      },
      { kind: 'fresh', feeds: ['student_life/parking'] },
      { kind: 'message', source: 'parking_api', where: { kind: ['permits', '7'], 'lot.open': ['true'] } },
      { kind: 'push' },
    ],
  })
  expect(flows.find(({ name }) => name === 'parking-permits')).toEqual(expect.not.objectContaining({ on: expect.anything() }))
})

it('what a flow without a schedule writes is promised by the day, until the hour of the page', () => {
  const text = declaredFlowCatalogue(PARKING_PERMITS.replace('schedule: "20 4 * * *"', 'on: [{ push: true }]'))
  const table = resolved(text).assets.find(({ key }) => key === 'lake/parking.permits')
  expect(table?.policies).toEqual([expect.objectContaining({ kind: 'calendar-days', by: '08:00' })])
  expect(table?.policies[0]).not.toHaveProperty('writer')
})
