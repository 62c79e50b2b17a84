import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { runCommandLine } from './cli.ts'
import { loadExtensions } from './worker/load-extensions.ts'

const catalogue = `page: { name: Campus, zone: America/New_York }
connections:
  own: { kind: postgres, url: "\${OWN_DATABASE_URL}" }
  peoplesoft: { kind: peoplesoft, baseUrl: "\${A}", user: "\${B}", password: "\${C}" }
  snaplogic: { kind: peoplesoft, baseUrl: "\${A}", user: "\${B}", password: "\${C}" }
flows: { term: {} }
groups:
  records:
    feeds:
      terms: { assets: { own/public.setting: {} } }
      records: {}
`

let folder = ''
let database: TestDatabase
let ctx: Context
const clock = new FakeClock('2026-11-20T12:00:00Z')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'))
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue)
  database = await createTestDatabase()
  ctx = database.context(clock)
  writeFileSync(join(folder, '.env'), `OWN_DATABASE_URL=${database.url}\n`)
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: catalogue }], await loadExtensions())
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function tidemark(...words: string[]): Promise<{ code: number; printed: string; noted: string }> {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommandLine(words, {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => null },
    environment: () =>
      readEnvironment({ DATABASE_URL: database.url, ENV_FILE: join(folder, '.env'), TIDEMARK_CONFIG: join(folder, 'tidemark.yaml') }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n'), noted: noted.join('\n') }
}

describe('discover', () => {
  it('proposes a good catalogue for a database by its address, without its password', async () => {
    const out = join(folder, 'proposal.yaml')
    const heard = await tidemark('discover', database.url, '--out', out)
    expect(heard).toMatchObject({ code: 0, noted: expect.stringMatching(/^\d+ assets proposed in .*_URL=postgres:\/\/…$/) })
    const text = readFileSync(out, 'utf8')
    const { password } = new URL(database.url)
    expect(text).not.toContain(`:${password}@`)
    expect(text).toContain('/public.arrival: { column: recorded_at }')
    expect(await tidemark('check', out)).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/ is good: 1 group, \d+ feeds, \d+ assets/),
    })
    expect((await tidemark('discover', database.url, '--out', out)).noted).toContain('exists already')
  })

  it('proposes for a connection of the catalogue, its secrets read from .env, what the catalogue does not watch yet, and nothing twice', async () => {
    const { code, printed } = await tidemark('discover', 'own')
    expect(code).toBe(0)
    expect(printed).toContain('own/public.arrival: { column: recorded_at }')
    for (const twice of ['own: {', 'page:', 'access:', 'connections:', 'own/public.setting:']) expect(printed).not.toContain(twice)
    const both = join(folder, 'both')
    mkdirSync(both)
    writeFileSync(join(both, 'tidemark.yaml'), catalogue)
    writeFileSync(join(both, 'proposal.yaml'), `${printed}\n`)
    expect(await tidemark('check', both)).toMatchObject({ code: 0 })
  })

  it('proposes so that two of them stand in one folder, whatever is called alike', async () => {
    const two = join(folder, 'two')
    mkdirSync(two)
    const other = await createTestDatabase({ empty: true })
    const client = new Client({ connectionString: other.url })
    await client.connect()
    await client.query('create table run (id int, created_at timestamptz); create table setting (k text); create table "a\u202eb" ()')
    await client.end()
    const { noted } = await tidemark('discover', other.url, '--out', join(folder, 'odd.yaml'))
    expect(noted).toMatch(/^2 assets proposed in .*odd\.yaml\. Left out: 1, named with the reason at the head of the file\./)
    const printed = [await tidemark('discover', database.url), await tidemark('discover', other.url)].map((heard) => heard.printed)
    for (const [at, text] of printed.entries()) writeFileSync(join(two, `${at}.yaml`), text)
    expect((await tidemark('check', two)).noted).not.toContain('already declared')
    expect(await tidemark('check', two)).toMatchObject({ code: 0, printed: expect.stringMatching(/ is good: 2 groups/) })
    const again = await tidemark('discover', other.url, '--out', join(two, '2.yaml'))
    await other.drop()
    expect(again.code).toBe(0)
    expect(readFileSync(join(two, '2.yaml'), 'utf8')).not.toContain(
      `  ${new URL(other.url).pathname.slice(1).replaceAll('_', '-')}: { kind`,
    )
  })

  it('says why not, in words and without secrets', async () => {
    expect((await tidemark('discover', 'owm')).noted).toBe('There is no connection "owm". There is: own, peoplesoft, snaplogic.')
    expect((await tidemark('discover', 'peoplesoft')).noted).toMatch(/^Not set or not readable: A, B, C\./)
    const refused = await tidemark('discover', 'postgres://somebody:hunter2@127.0.0.1:1/nowhere')
    expect([refused.code, refused.noted]).toEqual([1, expect.not.stringContaining('hunter2')])
  })
})

describe('pause and resume', () => {
  it('open a window over what was named, and close it', async () => {
    expect(await tidemark('pause', 'terms', '--for', '2h', '--note', 'moving house')).toEqual({
      code: 0,
      printed: 'Terms is paused for 2 h.',
      noted: '',
    })
    const windows = () => ctx.pool.query('select kind, note, to_at - from_at as length from maintenance_window order by id')
    expect((await windows()).rows).toMatchObject([{ kind: 'paused', note: 'moving house', length: { hours: 2 } }])
    await clock.advance(60_000)
    expect(await tidemark('resume', 'feed:terms')).toMatchObject({ code: 0, printed: 'Terms goes on.' })
    expect((await windows()).rows).toMatchObject([{ length: { minutes: 1 } }])
    expect(await tidemark('resume', 'terms')).toMatchObject({ code: 1, noted: 'Terms is not paused by itself.' })
  })

  it('announce maintenance by the clocks of the page, and withdraw it', async () => {
    const begin = new Date(clock.now() + 30 * 3_600_000).toISOString()
    const heard = await tidemark('pause', 'terms', '--from', begin, '--for', '4h', '--note', 'new disks')
    expect(heard).toMatchObject({ code: 0, printed: `Terms is announced to be under maintenance from ${begin} for 4 h.` })
    const announced = () =>
      ctx.pool.query(`select kind, from_at, to_at - from_at as length from maintenance_window where note = 'new disks'`)
    expect((await announced()).rows).toMatchObject([{ kind: 'maintenance', from_at: new Date(begin), length: { hours: 4 } }])
    expect(await tidemark('resume', 'terms')).toMatchObject({ code: 0, printed: 'Terms goes on.' })
    expect((await announced()).rows).toEqual([])
    expect((await tidemark('pause', 'terms', '--from', 'tomorrow')).noted).toMatch(
      /^"tomorrow" is no day and time\. Write one such as 2026-12-01 22:00/,
    )
    expect((await tidemark('pause', 'terms', '--from', '2001-01-01 10:00')).noted).toContain('has passed')
  })

  it('ask which one where a key is shared, and refuse what is not there', async () => {
    expect((await tidemark('pause', 'records')).noted).toBe('"records" is more than one thing. Write feed:records or group:records.')
    expect((await tidemark('pause', 'asset:records')).noted).toBe('There is no asset "records" in the catalogue.')
    expect((await tidemark('pause', 'terms', '--for', 'ever')).noted).toBe('"ever" is not a duration. Write one such as 45m, 2h or 1d.')
    expect((await tidemark('pause', 'group:records')).printed).toBe('Records is paused until "tidemark resume group:records".')
  })
})

describe('recompute', () => {
  it('works the past out anew, by the promises of today from a day on', async () => {
    const policies = () =>
      ctx.pool.query(
        "select from_at, settings -> 'policies' -> 0 ->> 'kind' as kind from subject_version v join subject s on s.id = v.subject_id where s.kind = 'asset' order by from_at",
      )
    await clock.advance(48 * 3_600_000)
    const changed = catalogue.replace('own/public.setting: {}', 'own/public.setting: { policy: { kind: none } }')
    const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: changed }], await loadExtensions())
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    await syncCatalogue(ctx, loaded)
    expect((await policies()).rows.map((row) => row.kind)).toEqual(['calendar-days', 'none'])
    expect((await tidemark('recompute')).printed).toMatch(/^1 assets worked out anew; 0 changes/)
    expect((await tidemark('recompute', '--with-current-policy', '--from', '2026-11-21')).code).toBe(0)
    const rows = (await policies()).rows
    expect(rows.map((row) => row.kind)).toEqual(['calendar-days', 'none', 'none'])
    expect(rows[1]?.from_at).toEqual(new Date('2026-11-21T05:00:00Z'))
    expect((await tidemark('recompute', '--with-current-policy')).code).toBe(0)
    expect((await policies()).rows.map((row) => row.kind)).toEqual(['none', 'none', 'none'])
  })

  it('wants a day that exists, and the word it belongs to', async () => {
    expect((await tidemark('recompute', '--from', '2026-02-30')).noted).toBe('"2026-02-30" is not a day. Write one such as 2026-11-20.')
    expect((await tidemark('recompute', '--from', '2026-02-20')).noted).toBe('--from belongs to --with-current-policy.')
  })
})

describe('run', () => {
  it('asks for a run, once', async () => {
    const heard = await tidemark('run', 'term')
    expect(heard).toMatchObject({ code: 0, noted: 'A run of term has been asked for.' })
    const { rows } = await ctx.pool.query('select flow, trigger, state from run where id = $1', [heard.printed])
    expect(rows).toEqual([{ flow: 'term', trigger: 'manual', state: 'scheduled' }])
    expect((await tidemark('run', 'term')).noted).toMatch(/has been asked for already/)
    expect((await tidemark('run', 'course')).noted).toMatch(/There is no flow "course" in the catalogue/)
  })

  it('tells how far it is until it ends', async () => {
    await ctx.pool.query("delete from run where flow = 'term'")
    const ended = tidemark('run', 'term', '--wait')
    const end =
      "update run set state = 'partial', attempt = 1, started_at = scheduled_for, ended_at = scheduled_for + interval '90 s', rows_loaded = 7 where flow = 'term'"
    while ((await ctx.pool.query(end)).rowCount === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    const heard = await ticking(ended)
    expect(heard).toMatchObject({ code: 2, noted: expect.stringMatching(/term: partial after 1 min 30 s, 7 rows\.$/) })
  })
})

async function ticking<T>(work: Promise<T>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  while (!done) {
    await clock.advance(500)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return work
}
