import { describe, expect, it } from 'vitest'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  LIBRARY_FILE,
  PARKING_PERMITS,
  PERMIT_INDEX,
  SEARCH,
} from '#lib/testing/catalogues/declared-flow-catalogue.ts'
import { resolveCatalogue } from './resolve.ts'

/** With files on the SFTP server, and rows that the registrar takes. */
const connectors = new Map(declaredFlowContracts.connectors)
for (const [kind, can] of [
  ['sftp', { keepsFiles: true }],
  ['terms', { takesRows: true }],
] as const) {
  const known = connectors.get(kind)
  if (known !== undefined) connectors.set(kind, { ...known, ...can })
}
const landingContracts: CatalogueContracts = { ...declaredFlowContracts, connectors }

function checked(flows: string, more = '', contracts = declaredFlowContracts) {
  const parsed = parseCatalogue([{ file: 'tidemark.yaml', text: declaredFlowCatalogue(flows, more) }])
  const { document, written, problems } = checkCatalogue(parsed, contracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems))
  return { catalogue: resolveCatalogue(document, parsed.root, contracts), written }
}
const resolve = (flows: string, more = '', contracts = declaredFlowContracts) => checked(flows, more, contracts).catalogue
const asset = (catalogue: Catalogue, key: string) => catalogue.assets.find((one) => one.key === key)

describe('a flow without code in the catalogue', () => {
  it('is a flow like any other', () => {
    expect(resolve(PARKING_PERMITS).flows).toEqual([
      expect.objectContaining({
        name: 'parking-permits',
        cron: '20 4 * * *',
        zone: 'America/New_York',
        after: [],
        timeoutMs: 3_600_000,
        rejectTolerance: 0.01,
        connections: {},
        parameters: {},
        reads: ['parking_api/permits'],
        writes: ['lake/parking.permits'],
      }),
    ])
  })

  it('has the overrides every flow has', () => {
    const more = '    timezone: Europe/Berlin\n    timeout: 10m\n    rejectTolerance: 0.05\n'
    expect(resolve(PARKING_PERMITS + more).flows[0]).toMatchObject({ zone: 'Europe/Berlin', timeoutMs: 600_000, rejectTolerance: 0.05 })
  })

  it('declares its group, its feed and what it reads and writes', () => {
    const catalogue = resolve(PARKING_PERMITS)
    expect(catalogue.groups).toEqual([{ key: 'student_life', name: 'Student life', description: null }])
    expect(catalogue.feeds).toEqual([expect.objectContaining({ key: 'parking', group: 'student_life', name: 'Parking', owner: null })])
    expect(asset(catalogue, 'parking_api/permits')).toMatchObject({
      feed: 'parking',
      kind: 'source',
      promised: false,
      policies: [{ kind: 'none' }],
    })
    expect(asset(catalogue, 'lake/parking.permits')).toMatchObject({
      feed: 'parking',
      kind: 'table',
      promised: true,
      flow: 'parking-permits',
      upstream: [{ key: 'parking_api/permits', origin: 'flow' }],
      settings: { column: 'loaded_at' },
      blindAfterMs: null,
    })
  })

  it('makes a consumer of the index it builds, made from the table it reads', () => {
    const catalogue = resolve(PARKING_PERMITS + PERMIT_INDEX, SEARCH)
    expect(catalogue.flows[1]).toMatchObject({ reads: ['lake/parking.permits'], writes: ['search/permits'] })
    expect(asset(catalogue, 'search/permits')).toMatchObject({
      feed: 'search',
      kind: 'consumer',
      flow: 'permit-index',
      upstream: [{ key: 'lake/parking.permits', origin: 'flow' }],
    })
  })

  it('is promised by the next tick and the time it may take, 04:20 and an hour', () => {
    const table = asset(resolve(PARKING_PERMITS), 'lake/parking.permits')
    expect(table?.policies).toEqual([
      expect.objectContaining({ kind: 'calendar-days', lateAfterDays: 1, staleAfterDays: 100, by: '05:20' }),
    ])
  })

  const policiesAt = (schedule: string, more = '', byHand = '') =>
    asset(resolve(PARKING_PERMITS.replace('20 4 * * *', schedule) + more, byHand), 'lake/parking.permits')?.policies

  it.each(['0 6 * * 1', '15 * * * *', '0 6,18 * * *', '20 4 * * 1-5'])(
    'that runs by "%s" is promised by its own ticks and the time it may take, not by the day',
    (schedule) => {
      expect(policiesAt(schedule)).toEqual([
        expect.objectContaining({
          kind: 'deadline',
          cron: schedule,
          zone: 'America/New_York',
          graceMs: 3_600_000,
          staleAfterMs: 90_000_000,
        }),
      ])
      expect(policiesAt(schedule, '    timezone: Europe/Berlin\n    timeout: 10m\n')).toEqual([
        expect.objectContaining({ kind: 'deadline', zone: 'Europe/Berlin', graceMs: 600_000 }),
      ])
      expect(policiesAt(schedule, '    timeout: 12h\n')).toEqual([expect.objectContaining({ graceMs: 14_400_000 })])
    },
  )

  it.each([
    'groups:\n  student_life:\n    policy: { kind: age, lateAfter: 1d, staleAfter: 3d }\n',
    'groups:\n  student_life:\n    feeds:\n      parking: { policy: { kind: age, lateAfter: 1d, staleAfter: 3d } }\n',
  ])('is promised what somebody wrote, whenever it runs: %j', (byHand) => {
    expect(policiesAt('0 6 * * 1', '', byHand)).toEqual([expect.objectContaining({ kind: 'age' })])
  })

  it('keeps the promise of its ticks when its feed is given an owner', () => {
    const byHand = 'groups:\n  student_life:\n    feeds:\n      parking: { owner: parking@campus.example }\n'
    expect(policiesAt('0 6 * * 1', '', byHand)).toEqual([expect.objectContaining({ kind: 'deadline' })])
  })

  it('is shown on the page of its feed as it was written', () => {
    const [feed] = resolve(PARKING_PERMITS).feeds
    expect(feed?.source).toMatchObject({ file: 'tidemark.yaml', line: 10 })
    expect(feed?.source.yaml).toMatch(/^parking-permits:\n {2}feed: student_life\/parking\n/)
  })

  it('names the feed where it says so', () => {
    const flow = PARKING_PERMITS.replace('    schedule:', '    feedName: Parking permits\n    schedule:')
    expect(resolve(flow).feeds[0]?.name).toBe('Parking permits')
  })

  it('is stored as written: what it declares is not in the document', () => {
    expect(checked(PARKING_PERMITS).written).not.toHaveProperty('groups')
  })
})

describe('a delivered file', () => {
  it('is a consumer, made from what is read, in the feed of its flow', () => {
    const catalogue = resolve(`${LIBRARY_FILE}${PARKING_PERMITS}`)
    expect(asset(catalogue, 'library_sftp/inbox/patrons_{date}.csv')).toMatchObject({
      feed: 'library',
      kind: 'consumer',
      promised: true,
      upstream: [{ key: 'lake/parking.permits', origin: 'flow' }],
    })
  })

  it('leaves the table in the feed of the flow that loads it, wherever that one stands', () => {
    expect(asset(resolve(`${LIBRARY_FILE}${PARKING_PERMITS}`), 'lake/parking.permits')?.feed).toBe('parking')
    expect(asset(resolve(`${PARKING_PERMITS}${LIBRARY_FILE}`), 'lake/parking.permits')?.feed).toBe('parking')
  })
})

describe('what is declared by hand', () => {
  const byHand = `groups:
  student_life:
    name: Life on campus
    feeds:
      parking:
        name: Permits
        owner: parking@campus.example
        policy: { kind: age, lateAfter: 1d, staleAfter: 3d }
`

  it('stays as it is, and gets the assets it has not', () => {
    const catalogue = resolve(PARKING_PERMITS, byHand)
    expect(catalogue.feeds).toEqual([expect.objectContaining({ key: 'parking', name: 'Permits', owner: 'parking@campus.example' })])
    expect(catalogue.groups[0]?.name).toBe('Life on campus')
    expect(asset(catalogue, 'lake/parking.permits')?.policies).toEqual([expect.objectContaining({ kind: 'age' })])
    expect(catalogue.feeds[0]?.source.yaml).toMatch(/^parking:\n/)
  })

  it('wins over what the flow would declare of an asset', () => {
    const assets = '        assets:\n          lake/parking.permits: { name: Permits, column: changed_at }\n'
    const catalogue = resolve(PARKING_PERMITS, byHand + assets)
    expect(asset(catalogue, 'lake/parking.permits')).toMatchObject({
      name: 'Permits',
      settings: { column: 'changed_at' },
      flow: 'parking-permits',
    })
    expect(asset(catalogue, 'parking_api/permits')?.feed).toBe('parking')
  })

  it('keeps a source in the feed where it is declared', () => {
    const elsewhere = `${byHand}      fines: { assets: { parking_api/permits: { policy: { kind: age, lateAfter: 1d, staleAfter: 2d } } } }\n`
    const source = asset(resolve(PARKING_PERMITS, elsewhere), 'parking_api/permits')
    expect(source).toMatchObject({ feed: 'fines', policies: [{ kind: 'age' }] })
  })
})

describe('a flow that lands files', () => {
  const LANDING = `  prices:
    feed: student_life/prices
    on: [{ file: library_sftp/in/ }, { file: library_sftp/more }, { push: true }]
    land: { into: lake/games_raw.prices }
`

  it('leads from the places of its files to its table, which is judged, and they are not', () => {
    const catalogue = resolve(LANDING, '', landingContracts)
    expect(catalogue.flows[0]).toMatchObject({
      reads: ['library_sftp/in', 'library_sftp/more'],
      writes: ['lake/games_raw.prices'],
      drainsInbox: true,
    })
    expect(asset(catalogue, 'lake/games_raw.prices')).toMatchObject({
      feed: 'prices',
      flow: 'prices',
      settings: { column: 'loaded_at' },
      upstream: ['library_sftp/in', 'library_sftp/more'].map((key) => ({ key, origin: 'flow' })),
    })
    expect(asset(catalogue, 'library_sftp/in')).toMatchObject({ feed: 'prices', promised: false, policies: [{ kind: 'none' }] })
  })

  it('judges a table of another system by its loads', () => {
    const catalogue = resolve(LANDING.replace('lake/games_raw.prices', 'registrar/prices'), '', landingContracts)
    expect(asset(catalogue, 'registrar/prices')).toMatchObject({ flow: 'prices', settings: {}, promised: true })
  })
})
