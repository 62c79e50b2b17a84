import { describe, expect, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph } from '#lib/domain/lineage/causes/cause.ts'
import { findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { incidentsOf, kindsOf, membersOf, minute, rootsOf } from '#lib/testing/incidents/cause-changes.ts'
import { manyCauses } from '#lib/testing/incidents/many-causes.ts'
import { foldIncidents } from './fold-incidents.ts'
import { NO_INCIDENTS } from './incident.ts'

const [EMPLOYEES, PEOPLE, PATRONS, DASHBOARD] = [1, 2, 3, 4]
const EDGES: Edge[] = [
  { upstreamId: EMPLOYEES, downstreamId: PEOPLE },
  { upstreamId: PEOPLE, downstreamId: PATRONS },
  { upstreamId: PEOPLE, downstreamId: DASHBOARD },
]
const WRITTEN_BY: Record<number, string> = { [PEOPLE]: 'person', [PATRONS]: 'patrons' }

interface Known {
  /** The minute at which each that is not fresh turned, and how it stands. */
  down?: Record<number, [number, Status]>
  sapSince?: number
  failing?: Record<string, number>
}

/** The causes that the real finder tells of the campus at a minute. */
function at(minutes: number, { down = {}, sapSince, failing = {} }: Known) {
  const assets = [EMPLOYEES, PEOPLE, PATRONS, DASHBOARD].map((id): CauseAsset => {
    const [since, status]: [number | null, Status] = down[id] ?? [null, 'fresh']
    const connection = id === EMPLOYEES ? 'sap' : null
    return {
      id,
      status,
      since: since === null ? null : minute(since),
      connection,
      flow: WRITTEN_BY[id] ?? null,
      job: null,
      lateAt: minute(600),
    }
  })
  const graph: CauseGraph = {
    assets,
    edges: EDGES,
    connections: sapSince === undefined ? [] : [{ key: 'sap', since: minute(sapSince) }],
    work: Object.entries(failing).map(([name, since]) => ({
      kind: 'flow',
      name,
      since: minute(since),
      saysWhy: true,
      connections: [],
    })),
  }
  return { at: minute(minutes), causes: findCauses(graph).all }
}

describe('what the finder of causes tells of a night', () => {
  const sap = { sapSince: -125 }
  const blind: Record<number, [number, Status]> = { [EMPLOYEES]: [-110, 'unknown'] }
  const failing = { person: -120 }
  const morning = { ...blind, [PEOPLE]: [360, 'late'], [DASHBOARD]: [360, 'late'] } satisfies Known['down']

  test('is one incident while SAP is down, from the first that turned to the last that is loaded', () => {
    const [one, ...others] = incidentsOf([
      at(-124, sap),
      at(-120, { ...sap, failing }),
      at(-110, { ...sap, failing, down: blind }),
      at(360, { ...sap, failing, down: morning }),
      at(420, { ...sap, failing, down: { ...morning, [PATRONS]: [420, 'late'] } }),
      at(500, { failing, down: { [PEOPLE]: [360, 'late'], [DASHBOARD]: [360, 'late'], [PATRONS]: [420, 'late'] } }),
      at(503, { down: { [PATRONS]: [420, 'late'] } }),
      at(510, {}),
    ])
    expect(others).toEqual([])
    expect(rootsOf(one)).toEqual([
      ['connection:sap', -110, 500],
      ['flow:person', 500, 503],
      [`asset:${PATRONS}`, 503, 510],
    ])
    expect(membersOf(one)).toEqual([
      [EMPLOYEES, -110, 500],
      [PEOPLE, 360, 503],
      [DASHBOARD, 360, 503],
      [PATRONS, 420, 510],
    ])
    expect(kindsOf(one)).toEqual(['opened', 'joined', 'turned-worse', 'joined', 'root-changed', 'left', 'root-changed', 'left', 'resolved'])
  })

  test('is the same incident when it is noticed last that SAP is down', () => {
    const noticed = [
      at(360, { down: { [PEOPLE]: [360, 'late'] } }),
      at(361, { failing, down: morning }),
      at(362, { ...sap, failing, down: morning }),
    ]
    const [one, ...others] = incidentsOf(noticed)
    expect(others).toEqual([])
    expect(rootsOf(one).map(([key]) => key)).toContain('connection:sap')
  })

  test('is two incidents when a child broke before its parent did', () => {
    const two = [at(0, { down: { [PATRONS]: [0, 'late'] } }), at(60, { down: { [PATRONS]: [0, 'late'], [PEOPLE]: [60, 'late'] } })]
    expect(incidentsOf(two).map(({ openedBy }) => openedBy)).toEqual([`asset:${PATRONS}`, `asset:${PEOPLE}`])
  })
})

test('nine days of 10,000 assets, with 40 causes a day, are folded in no time', () => {
  const changes = manyCauses(9)
  const started = performance.now()
  const { ended, state } = foldIncidents(NO_INCIDENTS, changes, (changes.at(-1)?.at ?? 0) + 15 * MINUTE_MS)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect([ended.length, state.unfinished]).toEqual([360, []])
})
