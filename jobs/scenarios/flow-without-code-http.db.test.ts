import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Departments, startDepartments } from '#demo/campus/departments.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
let departments: Departments
let folder: string
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  folder = await mkdtemp(join(tmpdir(), 'tidemark-scenario-'))
  departments = await startDepartments({ clock: harness.clock, folder })
  harness.variables.set('DEPARTMENTS', departments.url).set('KEY', departments.credentials.key).set('TOKEN', departments.credentials.token)
})
afterEach(async () => {
  await harness.close()
  await departments.close()
  await rm(folder, { recursive: true })
})

const PERMITS = `  parking-permits:
    feed: student_life/parking
    schedule: "20 4 * * *"
    extract: { from: parking_api/parking/permits, format: json, records: data, total: meta.total, paging: { by: page, size: 500 } }
    select:
      permit_id: id
      plate: vehicle.plate
      fee: { from: fee, type: number }
      valid_until: { from: expires, type: date }
      changed_at: { from: changed_at, type: timestamp, zone: UTC }
    load: { into: lake/parking.permits, key: permit_id }
`
const TICKETS = `  ticket-scans:
    feed: athletics/tickets
    schedule: "30 4 * * *"
    extract: { from: open_api/athletics/tickets, format: csv }
    load: { into: lake/athletics.tickets }
`
const FILE = `  permits-for-the-police:
    feed: student_life/police
    schedule: "0 5 * * *"
    extract: { from: lake/parking.permits, sql: "select permit_id, plate, valid_until from parking.permits order by 1" }
    deliver: { to: "police/permits_{date}.ndjson", format: ndjson, checksum: sha256, verify: head }
`

const catalogue = (flows: string) => `page: { name: Campus, zone: America/New_York, url: "https://status.campus.example" }
connections:
  lake: { kind: postgres, probe: 4h, url: "\${LAKE_DATABASE_URL}" }
  parking_api: { kind: http, probe: 4h, baseUrl: "\${DEPARTMENTS}/api", auth: header, header: x-api-key, token: "\${KEY}" }
  open_api: { kind: http, probe: 4h, baseUrl: "\${DEPARTMENTS}/api" }
  police: { kind: http, probe: 4h, baseUrl: "\${DEPARTMENTS}/drop-box", auth: bearer, token: "\${TOKEN}" }
flows:
${flows}`
const runs = () =>
  harness.rows<{ flow: string; state: string; problem: string | null }>(
    'select flow, state, problem from run where ended_at is not null order by ended_at',
  )

describe('a department behind an address', () => {
  it('is read page by page into a typed table, and as CSV without a word about its columns', async () => {
    await harness.declare(catalogue(PERMITS + TICKETS))
    await harness.until('2026-11-19T12:00:00Z')
    expect(await runs()).toEqual(['parking-permits', 'ticket-scans'].map((flow) => ({ flow, state: 'completed', problem: null })))
    expect(
      await harness.lake(
        'select count(*)::int as n, count(distinct permit_id)::int as ids, pg_typeof(min(fee))::text as fee, pg_typeof(min(changed_at))::text as at from parking.permits',
      ),
    ).toEqual([{ n: 1200, ids: 1200, fee: 'numeric', at: 'timestamp with time zone' }])
    expect(await harness.lake('select count(*)::int as n, pg_typeof(min(price))::text as price from athletics.tickets')).toEqual([
      { n: 1440, price: 'text' },
    ])
    expect((await spansOf(harness.ctx, 'parking', 'feed')).at(-1)).toBe('fresh/on-time 19 09:20–')
  })

  it('writes the next night only what changed', async () => {
    await harness.declare(catalogue(PERMITS))
    await harness.until('2026-11-20T12:00:00Z')
    const [first, second] = await harness.rows<{ loaded: number; seen: number }>(
      "select rows_loaded::int as loaded, (summary ->> 'rowsSeen')::int as seen from run where ended_at is not null order by ended_at",
    )
    expect(first).toEqual({ loaded: 1200, seen: 1200 })
    expect(second?.seen).toBe(1200)
    expect(second?.loaded).toBeGreaterThan(0)
    expect(second?.loaded).toBeLessThan(40)
    expect(
      await harness.lake(
        'select count(*)::int as n from parking.permits where run_id = (select run_id from parking.permits order by loaded_at desc limit 1)',
      ),
    ).toEqual([{ n: second?.loaded }])
  })

  it.each([
    ['sends the same page twice', { kind: 'page-repeated' as const }],
    ['breaks off in the middle of an answer', { kind: 'cut-body' as const }],
    ['says it has no permits', { kind: 'empty-answer' as const }],
  ])('that %s changes nothing, and the next night is good again', async (_what, kind) => {
    await harness.declare(catalogue(PERMITS))
    await harness.until('2026-11-19T12:00:00Z')
    const before = await harness.lake('select * from parking.permits order by 1')
    departments.faults.set(kind)
    await harness.until('2026-11-20T12:00:00Z')
    expect((await runs()).at(-1)).toMatchObject({ state: 'failed', problem: expect.stringMatching(/\w{3,}.*\./) })
    expect(await harness.lake('select * from parking.permits order by 1')).toEqual(before)
    expect((await spansOf(harness.ctx, 'parking', 'feed')).at(-1)).toBe('late/run-failed 20 10:20–')
    departments.faults.set(null)
    await harness.until('2026-11-21T12:00:00Z')
    expect((await spansOf(harness.ctx, 'parking', 'feed')).at(-1)).toBe('fresh/on-time 21 09:20–')
  })
})

describe('a drop box behind an address', () => {
  it('gets the file of the night, with its checksum', async () => {
    await harness.declare(catalogue(PERMITS + FILE))
    await harness.until('2026-11-19T12:00:00Z')
    expect((await runs()).map((run) => run.state)).toEqual(['completed', 'completed'])
    expect((await readdir(folder)).sort()).toEqual(['permits_2026-11-19.ndjson', 'permits_2026-11-19.ndjson.sha256'])
    const text = await readFile(join(folder, 'permits_2026-11-19.ndjson'), 'utf8')
    expect(text.trimEnd().split('\n')).toHaveLength(1200)
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({
      permit_id: 'PP000001',
      plate: expect.any(String),
      valid_until: expect.stringMatching(/^20\d\d-/),
    })
    expect(await readFile(join(folder, 'permits_2026-11-19.ndjson.sha256'), 'utf8')).toContain(
      createHash('sha256').update(text).digest('hex'),
    )
  })

  it('that keeps only half of it fails the run, and the feed is not fresh', async () => {
    departments.faults.set({ kind: 'keeps-half' })
    await harness.declare(catalogue(PERMITS + FILE))
    await harness.until('2026-11-19T12:00:00Z')
    expect((await runs()).find((run) => run.flow === 'permits-for-the-police')).toMatchObject({ state: 'failed' })
    expect((await spansOf(harness.ctx, 'police', 'feed')).some((span) => span.startsWith('fresh'))).toBe(false)
  })
})
