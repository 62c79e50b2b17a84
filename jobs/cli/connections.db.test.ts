import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '#jobs/cli.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordCheck } from '#lib/commands/probes/connection-checks.ts'
import type { Context } from '#lib/db/context.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

const catalogue = `page: { name: Campus, zone: America/New_York }
connections:
  own: { kind: postgres, url: "\${OWN_DATABASE_URL}", rotatedOn: 2026-09-01, maxAge: 90d }
  gone: { kind: postgres, url: "\${GONE_DATABASE_URL}" }
  unset: { kind: postgres, url: "\${NOBODY_SET_THIS}" }
`

let folder = ''
let database: TestDatabase
let ctx: Context
const clock = new FakeClock('2026-11-20T12:00:00Z')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-connections-'))
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue)
  database = await createTestDatabase()
  ctx = database.context(clock)
  writeFileSync(join(folder, '.env'), `OWN_DATABASE_URL=${database.url}\nGONE_DATABASE_URL=postgres://reader:canary-word@127.0.0.1:9/hr\n`)
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: catalogue }], await loadExtensions())
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

function tidemark(...words: string[]) {
  return tidemarkWith({ TIDEMARK_CONFIG: join(folder, 'tidemark.yaml') }, ...words)
}

async function tidemarkWith(more: Record<string, string>, ...words: string[]): Promise<{ code: number; printed: string[]; noted: string }> {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommandLine(words, {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => null },
    environment: () => readEnvironment({ DATABASE_URL: database.url, ENV_FILE: join(folder, '.env'), ...more }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed, noted: noted.join('\n') }
}

describe('tidemark connections check', () => {
  it('tries every connection from here, and says of each whether it lets us in', async () => {
    const { code, printed, noted } = await tidemark('connections', 'check')
    expect(code).toBe(1)
    expect(printed.sort()).toEqual([
      'gone: FAILS. Nothing answers at that address and port. Is the server running?',
      expect.stringMatching(/^own: works\. PostgreSQL \d+/),
      expect.stringMatching(/^unset: FAILS\. Not set or not readable: NOBODY_SET_THIS\./),
    ])
    expect(noted).toBe(
      '2 connections do not let us in with the secrets that are set here. "tidemark connections" tells what the workers know, and the button on the page lets one of them try.',
    )
    expect(printed.join()).not.toContain('canary-word')
  })

  it('tries one, and exits with 0 when it lets us in', async () => {
    expect(await tidemark('connections', 'check', 'own')).toMatchObject({ code: 0, noted: '' })
    expect((await tidemark('connections', 'check', 'gone')).code).toBe(1)
  })

  it('says where else to look when no catalogue is here, as beside a running demo', async () => {
    const { code, noted } = await tidemarkWith({}, 'connections', 'check', 'own')
    expect(code).toBe(1)
    expect(noted).toMatch(/There is no catalogue at tidemark\.yaml\..*"tidemark connections" tells what the workers know/s)
  })

  it('leaves what the workers know alone', async () => {
    const { rows } = await ctx.pool.query('select 1 from connection_state where checked_at is not null')
    expect(rows).toEqual([])
  })

  it('names the connections there are when somebody mistypes one', async () => {
    expect(await tidemark('connections', 'check', 'onw')).toMatchObject({ code: 1, noted: expect.stringContaining('own') })
    expect(await tidemark('connections', 'chekc')).toMatchObject({ code: 1, noted: expect.stringContaining('connections check chekc') })
  })
})

describe('tidemark connections', () => {
  it('lists each with its state and the age of its secrets', async () => {
    const seen = { name: 'OWN_DATABASE_URL', setting: 'url', isSecret: true, setIn: 'env-file' as const, fingerprint: 'k.a' }
    await recordCheck(ctx, {
      connection: 'own',
      health: { ok: true, detail: 'PostgreSQL 18.', credentialExpiresAt: null },
      references: [seen],
    })
    const missing = { ...seen, name: 'NOBODY_SET_THIS', setIn: 'missing' as const, fingerprint: null }
    await recordCheck(ctx, {
      connection: 'unset',
      health: { ok: false, detail: 'Not set.', credentialExpiresAt: null },
      references: [missing],
    })
    expect(await tidemark('connections')).toEqual({
      code: 0,
      noted: '',
      printed: [
        'unset (postgres): fails. Not set.',
        '    NOBODY_SET_THIS: not set',
        'own (postgres): works. PostgreSQL 18.',
        '    OWN_DATABASE_URL: in .env, replaced 2026-09-01 (80 d ago), SOON: good until 2026-11-29',
        'gone (postgres): not seen yet',
      ],
    })
  })
})

describe('tidemark dbt', () => {
  it('prints what a job of a project is to push, to the address of the page, and what else there is', async () => {
    await ctx.pool.query(
      `insert into connection_state (key, kind, probe_every_ms, settings) values ('shop', 'dbt', 300000, '{"artifacts": "pushed"}')`,
    )
    const { code, printed, noted } = await tidemarkWith({ TIDEMARK_URL: 'https://status.example.edu' }, 'dbt', 'shop')
    expect([code, printed.at(-1)]).toEqual([0, 'trap push_to_tidemark EXIT'])
    expect(printed.join('\n')).toContain(`/api/v1/dbt?connection=shop'`)
    expect(noted).toMatch(/token create shop --owner <e-mail> --scope push.*dbt Cloud/s)
  })

  it('says how a project is declared for which nothing can be pushed', async () => {
    expect(await tidemark('dbt', 'own')).toMatchObject({
      code: 1,
      printed: [],
      noted: expect.stringContaining('own: { kind: dbt, artifacts: pushed }'),
    })
  })
})
