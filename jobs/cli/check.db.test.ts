import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '#jobs/cli.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { keepFound } from '#lib/commands/discovery/keep-found.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

const catalogue = (opensBefore: string) => `page: { name: Campus, zone: UTC }
connections:
  own: { kind: postgres, url: "\${OWN_DATABASE_URL}" }
groups:
  records:
    feeds:
      terms: { policy: { kind: deadline, cron: "0 2 * * *", grace: 45m${opensBefore} }, assets: { own/public.setting: {} } }
`
let folder = ''
let database: TestDatabase
const clock = new FakeClock('2026-11-20T12:00:00Z')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-check-'))
  database = await createTestDatabase()
  writeFileSync(
    join(folder, '.env'),
    `OWN_DATABASE_URL=postgres://reader@db.example/own\nWATCHED_DATABASE_URL=${database.url}\nAWAY_DATABASE_URL=postgres://reader:canary-word@127.0.0.1:9/own\n`,
  )
  const ctx = database.context(clock)
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: catalogue('') }], await loadExtensions())
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
  await ctx.pool.query(`insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind)
    select s.id, 'writtenAt', d, d, 'connection:lake', d, 'arrival' from subject s, generate_series('2026-11-14T21:48Z'::timestamptz, '2026-11-19T21:48Z', '1 day') d where s.kind = 'asset'`)
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function check(
  opensBefore: string,
  databaseUrl = database.url,
  more = '',
  flags: string[] = [],
): Promise<{ code: number; noted: string; printed: string }> {
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue(opensBefore) + more)
  return checkAt(join(folder, 'tidemark.yaml'), databaseUrl, flags)
}

async function checkAt(path: string, databaseUrl = database.url, flags: string[] = []) {
  const noted: string[] = []
  const printed: string[] = []
  const code = await runCommandLine(['check', path, ...flags], {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => null },
    environment: () => readEnvironment({ DATABASE_URL: databaseUrl, ENV_FILE: join(folder, '.env') }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, noted: noted.join('\n'), printed: printed.join('\n') }
}

it('remarks on a deadline that everything lately came outside of, and what to write, as far as a database tells', async () => {
  const { code, noted } = await check('')
  expect(code).toBe(0)
  expect(noted).toContain(
    'own/public.setting is promised every day at 02:00 (UTC), 45 min of grace, counting what comes from 00:00 on. Its last 5 arrivals came outside of that: the newest, on 2026-11-19, 19 h 3 min late, 21:48.',
  )
  expect(noted).toContain('write "opensBefore: 5h"')
  expect((await check(', opensBefore: 5h')).noted).not.toContain('outside')
  expect((await check('', 'postgres://nobody@127.0.0.1:9/none')).noted).not.toContain('outside')
})

it('tells in words who sees which service groups, where not everybody sees all', async () => {
  const audiences = 'audiences: { registry: { groups: [records], for: { people: [ada@example.edu] } } }\n'
  const { code, printed } = await check('', database.url, audiences)
  expect(code).toBe(0)
  expect(printed).toContain(
    'Who sees which service groups:\n  registry (1 person): records\n  everybody else who is signed in: nothing\n  admins: everything',
  )
  expect((await check('')).printed).not.toContain('Who sees')
})

it('lists what does not say why it exists only when asked, and calls it no problem', async () => {
  const { code, printed } = await check('', database.url, '', ['--why'])
  expect(code).toBe(0)
  expect(printed).toContain('Without a why:\n  1 of 1 groups:\n    records\n  1 of 1 feeds:\n    terms\n  1 of 1 assets:')
  expect((await check('')).printed).not.toContain('Without a why')
})

describe('SQL of assets', () => {
  const asset = (settings: string) => `      tried: { assets: { watched/public.subject: ${settings} } }\n`
  const connection = (url: string) => `connections:\n  watched: { kind: postgres, url: "${url}" }\n`
  /** A second document beside the first. */
  const folderWith = (settings: string, url: string) => {
    const path = join(folder, 'parts')
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'page.yaml'), 'page: { name: Campus, zone: UTC }\n')
    writeFileSync(join(path, 'tried.yaml'), `${connection(url)}groups:\n  records:\n    feeds:\n${asset(settings)}`)
    return path
  }

  it('that is wrong is a problem with its line, what its database says, and the remedy', async () => {
    const settings = `{ column: created_at, where: "kint = 'asset'", loadedAt: { sql: "select max(craeted_at) from subject" } }`
    const { code, noted, printed } = await checkAt(folderWith(settings, '${WATCHED_DATABASE_URL}'))
    expect([code, printed]).toEqual([1, ''])
    expect(noted).toMatch(/^tried\.yaml:6:.* {2}groups\.records\.feeds\.tried\.assets\["watched\/public\.subject"\]\.where\n/)
    expect(noted).toContain('The condition names a column that is not there, at "kint". Correct it')
    expect(noted).toContain('The statement of loadedAt names a column that is not there, at "craeted_at". Correct it')
    expect(noted).toContain('2 problems.')
  })

  it('that is good is told with where it was tried; where nobody can be asked from here, that is all that is said', async () => {
    const settings = `{ column: created_at, where: "kind = 'asset'", loadedAt: { sql: "select max(created_at) from subject" } }`
    const good = await checkAt(folderWith(settings, '${WATCHED_DATABASE_URL}'))
    expect([good.code, good.printed]).toEqual([0, expect.stringContaining('The SQL of 1 asset was tried in watched, and is good.')])
    for (const [name, why] of [
      ['AWAY_DATABASE_URL', 'Nothing answers at that address'],
      ['NOBODY_SET_THIS', 'Not set or not readable: NOBODY_SET_THIS'],
    ]) {
      const away = await checkAt(folderWith(settings, `\${${name}}`))
      expect([away.code, away.noted]).toEqual([0, expect.stringContaining('The SQL of 1 asset could not be tried in watched from here.')])
      expect(away.noted).toContain(why)
      expect(away.noted + away.printed).not.toContain('canary-word')
    }
  })

  it('that could not be tried is a remark', async () => {
    const path = folderWith(`{ column: created_at, where: "true" }`, '${WATCHED_DATABASE_URL}')
    const text = readFileSync(join(path, 'tried.yaml'), 'utf8')
    writeFileSync(join(path, 'tried.yaml'), text.replace('public.subject', 'public.nothing'))
    const { code, noted } = await checkAt(path)
    expect(code).toBe(0)
    expect(noted).toContain('The condition could not be tried. The table is gone.')
    expect(noted).toContain('1 remark.')
  })
})

describe('rules that take over what was found', () => {
  const rule = (label: string) => `adopt:\n  - { from: "own/**", group: "{${label}}", feed: "{path.1}" }\n`

  it('are told with what they take, and what a label they ask for is called', async () => {
    expect((await check('', database.url, rule('area'))).noted).toContain(
      'Nobody has looked yet what there is in own, so nobody knows a label "area".',
    )
    async function* found() {
      for (const path of ['a.x', 'a.y', 'b.z'])
        yield { path, kind: 'table' as const, name: path, settings: {}, upstream: [], policy: null, group: 'a', labels: { area: 'Money' } }
    }
    await keepFound(database.context(clock), 'own', found())
    const good = await check('', database.url, rule('area'))
    expect(good.code).toBe(0)
    expect(good.printed).toContain('(own/**) adopts 3 assets into 2 feeds of 1 group.')
    const wrong = await check('', database.url, rule('arae'))
    expect(wrong.code).toBe(1)
    expect(wrong.noted).toContain('Nothing that was found in own has a label "arae". Did you mean "area"?')
    expect((await check('', 'postgres://nobody@127.0.0.1:9/none', rule('arae'))).code).toBe(0)
  })
})
