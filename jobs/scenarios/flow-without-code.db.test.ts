import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SshServer, startSshServer } from '#demo/campus/sftp/ssh-server.ts'
import { startSearch } from '#demo/startup/search.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
let ssh: SshServer
let folder: string
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  folder = await mkdtemp(join(tmpdir(), 'tidemark-scenario-'))
  const options = { folder: join(folder, 'files'), keyFolder: folder, user: 'tidemark', password: 'pretend' }
  ssh = await startSshServer({ clock: harness.clock, ...options })
  await mkdir(join(options.folder, 'inbox'))
  harness.variables
    .set('SEARCH_URL', 'http://127.0.0.1:9')
    .set('SEARCH_KEY', 'a:b')
    .set('SSH_PORT', String(ssh.port))
    .set('SSH_KEY', ssh.fingerprint)
    .set('SSH_PASSWORD', options.password)
  await harness.changeLake(`create schema theirs; create table theirs.permits (id int, plate text, expires date);
    insert into theirs.permits select n, 'P' || n, '2026-12-31' from generate_series(1, 10) n`)
})
afterEach(async () => {
  await harness.close()
  await ssh.close()
  await rm(folder, { recursive: true })
})

const FLOW = `  parking-permits:
    feed: student_life/parking
    schedule: "20 4 * * *"
    extract: { from: parking/theirs.permits }
    select: { permit_id: { from: id, type: integer }, plate: plate, valid_until: { from: expires, type: date } }
    load: { into: lake/parking.permits, key: permit_id }`
const FILE = `  library-file:
    feed: student_life/library
    schedule: "0 5 * * *"
    after: [parking-permits]
    extract: { from: lake/parking.permits, sql: "select permit_id, plate from parking.permits order by 1" }
    deliver: { to: "library/inbox/permits_{date}.csv", format: csv, checksum: sha256 }`

const INDEX = `  permit-index:
    feed: student_life/search
    schedule: "0 5 * * *"
    after: [parking-permits]
    extract: { from: lake/parking.permits }
    select: { permit_id: { from: permit_id, type: integer }, plate: plate }
    index: { into: search/permits, key: permit_id }`

/** The terms, as they were loaded all along, and the flows that somebody writes into the same file. */
function catalogue(flows: string): string {
  const more = `  parking: { kind: postgres, probe: 4h, url: "\${LAKE_DATABASE_URL}" }
  library: { kind: sftp, probe: 4h, host: 127.0.0.1, port: "\${SSH_PORT}", user: tidemark, password: "\${SSH_PASSWORD}", hostKey: "\${SSH_KEY}", settle: 0s }
  search: { kind: elasticsearch, probe: 4h, url: "\${SEARCH_URL}", apiKey: "\${SEARCH_KEY}" }
groups:`
  return termsCatalogue({ flows }).replace('\ngroups:', `\n${more}`)
}
const runs = () =>
  harness.rows("select flow, state, rows_loaded::int as rows from run where flow <> 'term' and ended_at is not null order by ended_at")
const feed = (key = 'parking') => spansOf(harness.ctx, key, 'feed')

describe('a flow written into the catalogue of a running worker', () => {
  it('has a feed at once, runs at its tick and turns the feed fresh', async () => {
    await harness.declare(catalogue(''))
    await harness.until('2026-11-19T08:00:00Z')
    await harness.declare(catalogue(FLOW))
    expect(await harness.rows("select key, name from subject where kind = 'feed' and key = 'parking'")).toEqual([
      { key: 'parking', name: 'Parking' },
    ])
    await harness.until('2026-11-19T12:00:00Z')
    expect(await runs()).toEqual([{ flow: 'parking-permits', state: 'completed', rows: 10 }])
    expect(await harness.lake('select count(*)::int as permits, min(valid_until)::text as until from parking.permits')).toEqual([
      { permits: 10, until: '2026-12-31' },
    ])
    expect(await feed()).toEqual(['unknown/no-time 19 08:00–19 09:20', 'fresh/on-time 19 09:20–'])
  })

  it('is idle while nothing changes, and loads what did', async () => {
    await harness.declare(catalogue(FLOW))
    await harness.until('2026-11-20T12:00:00Z')
    await harness.changeLake("update theirs.permits set plate = 'NEW' where id = 3; delete from theirs.permits where id = 4")
    await harness.until('2026-11-21T12:00:00Z')
    expect(await runs()).toEqual([10, 0, 2].map((rows) => ({ flow: 'parking-permits', state: 'completed', rows })))
    expect(await feed()).toEqual([
      'unknown/no-time 19 05:50–19 09:20',
      'fresh/on-time 19 09:20–20 05:00',
      'fresh/due 20 05:00–20 09:20',
      'fresh/idle 20 09:20–21 05:00',
      'fresh/due 21 05:00–21 09:20',
      'fresh/on-time 21 09:20–',
    ])
  })

  it('is late from its tick and the time it may take, when its source is gone', async () => {
    await harness.declare(catalogue(FLOW))
    await harness.until('2026-11-19T12:00:00Z')
    await harness.changeLake('alter table theirs.permits rename to moved')
    await harness.until('2026-11-20T14:00:00Z')
    expect((await runs()).at(-1)).toMatchObject({ state: 'failed' })
    expect((await feed()).slice(-2)).toEqual(['fresh/due 20 05:00–20 10:20', 'late/run-failed 20 10:20–'])
    const [run] = await harness.rows<{ problem: string }>("select problem from run where flow = 'parking-permits' and state = 'failed'")
    expect(run?.problem).toBe('parking cannot be read. There is no table of that name.')
    await harness.changeLake('alter table theirs.moved rename to permits')
    await harness.reload('parking-permits')
    expect((await feed()).at(-1)).toMatch(/^fresh\/idle 20 14:00–$/)
  })

  it('keeps its promise by the new hour when only its schedule is edited, and goes when it is taken out', async () => {
    await harness.declare(catalogue(FLOW))
    await harness.until('2026-11-19T12:00:00Z')
    await harness.declare(catalogue(FLOW.replace('20 4', '0 9')))
    await harness.until('2026-11-20T15:30:00Z')
    expect((await feed()).slice(-2)).toEqual(['fresh/due 20 05:00–20 14:00', 'fresh/idle 20 14:00–'])
    await harness.declare(catalogue(''))
    expect((await feed()).at(-1)).toBe('fresh/idle 20 14:00–20 15:30')
  })

  it('changes nothing in a dry run, not even how fresh the feed is', async () => {
    await harness.declare(catalogue(FLOW))
    await harness.reload('parking-permits', { dryRun: true })
    expect(
      await harness.rows(
        "select state, summary -> 'counts' ->> 'inserted' as inserted from run where flow = 'parking-permits' and ended_at is not null",
      ),
    ).toEqual([{ state: 'completed', inserted: '10' }])
    expect(await harness.lake("select to_regclass('parking.permits') as table")).toEqual([{ table: null }])
    expect(await feed()).toContainEqual('unknown/never-observed 19 05:50–')
  })
})

describe('a file that a flow without code delivers', () => {
  it('is there after the flow before it, whole and with its checksum, and its feed is fresh', async () => {
    await harness.declare(catalogue(`${FLOW}\n${FILE}`))
    await harness.until('2026-11-19T12:00:00Z')
    expect(await runs()).toEqual(['parking-permits', 'library-file'].map((flow) => ({ flow, state: 'completed', rows: 10 })))
    const inbox = join(ssh.folder, 'inbox')
    expect((await readdir(inbox)).sort()).toEqual(['permits_2026-11-19.csv', 'permits_2026-11-19.csv.sha256'])
    expect((await readFile(join(inbox, 'permits_2026-11-19.csv'), 'utf8')).split('\n').slice(0, 3)).toEqual([
      'permit_id,plate',
      '1,P1',
      '2,P2',
    ])
    expect((await feed('library')).at(-1)).toMatch(/^fresh\/on-time 19 10:00–$/)
  })
})

describe('an index that a flow without code builds', () => {
  it('holds what the table before it holds, day by day, and its feed is fresh', async () => {
    const search = await startSearch({ clock: harness.clock })
    try {
      harness.variables.set('SEARCH_URL', search.url).set('SEARCH_KEY', search.apiKey)
      await harness.declare(catalogue(`${FLOW}\n${INDEX}`))
      await harness.until('2026-11-19T12:00:00Z')
      expect((await runs()).at(-1)).toEqual({ flow: 'permit-index', state: 'completed', rows: 10 })
      await harness.changeLake("update theirs.permits set plate = 'NEW' where id = 3; delete from theirs.permits where id = 4")
      await harness.until('2026-11-20T12:00:00Z')
      const found = search.world.behind('permits')?.flatMap(({ documents }) => [...documents]) ?? []
      expect(found).toHaveLength(9)
      expect(Object.fromEntries(found)['3']).toEqual({ permit_id: 3, plate: 'NEW' })
      expect(search.world.indices.size).toBe(2)
      expect((await feed('search')).at(-1)).toMatch(/^fresh\/on-time 20 10:00–$/)
    } finally {
      await search.close()
    }
  })

  it('keeps its fields as the contract of that table promises them', async () => {
    const search = await startSearch({ clock: harness.clock })
    try {
      harness.variables.set('SEARCH_URL', search.url).set('SEARCH_KEY', search.apiKey)
      const properties = [
        { name: 'permit_id', logicalType: 'integer', primaryKey: true },
        { name: 'plate', logicalType: 'string', classification: 'restricted' },
      ]
      const contract = {
        apiVersion: 'v3.1.0',
        kind: 'DataContract',
        id: 'permits',
        version: '1.0.0',
        status: 'active',
        schema: [{ name: 'permits', properties }],
      }
      const promised = `groups:\n  student_life: { name: Students, feeds: { parking: { name: Parking, contract: permits } } }\n`
      const whole = INDEX.replace(/\n {4}select:.*/, '')
      await harness.declare(
        `${catalogue(`${FLOW}\n${whole}`).replace('groups:\n', promised)}\ncontracts: { permits: ${JSON.stringify(contract)} }\n`,
      )
      await harness.reload('parking-permits')
      await harness.reload('permit-index')
      expect((await runs()).at(-1)).toEqual({ flow: 'permit-index', state: 'completed', rows: 10 })
      const [index] = search.world.indices.values()
      expect(index?.mappings.properties).toMatchObject({ permit_id: { type: 'long' }, plate: { type: 'keyword' } })
      const [said] = await harness.rows<{ message: string }>("select message from run_log where message like 'Fields are kept%'")
      expect(said?.message).toBe('Fields are kept as version 1.0.0 of the contract permits promises them.')
    } finally {
      await search.close()
    }
  })
})
