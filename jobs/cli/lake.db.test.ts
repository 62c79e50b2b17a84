import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommandLine } from '#jobs/cli.ts'
import { withClient } from '#lib/engine/lake/prepare/prepare-database.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

/** No other test's: accounts belong to the whole server. */
const role = `reports_${randomBytes(4).toString('hex')}`
const catalogue = `page: { name: Campus, zone: America/New_York }
connections:
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }
  parking: { kind: http, baseUrl: "https://parking.campus.example" }
  shop: { kind: s3, region: eu-central-1 }
lake:
  roles:
    ${role}: { password: "\${REPORTS_PASSWORD}", reads: [parking] }
flows:
  lots:
    schedule: "0 5 * * *"
    feed: life/parking
    extract: { from: parking/lots, format: json }
    select: { id: { from: id, type: integer }, name: name }
    load: { into: lake/parking.lots, mode: merge, key: id }
  prices:
    feed: life/parking
    on: [{ file: shop/prices/in }]
    debounce: 2m
    land: { into: lake/games.prices, limits: { unpacked: 2GB } }
`
const folder = mkdtempSync(join(tmpdir(), 'tidemark-lake-'))
let lake: TestDatabase

beforeAll(async () => {
  lake = await createTestDatabase({ empty: true })
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue)
  writeFileSync(join(folder, '.env'), `LAKE_DATABASE_URL=${lake.url}\nREPORTS_PASSWORD=canary-word\n`)
})
afterAll(async () => {
  await withClient(lake.url, (client) => client.query(`drop owned by ${role}; drop role if exists ${role}`))
  await lake.drop()
  rmSync(folder, { recursive: true })
})

let ownUrl: string | undefined
let config: string | undefined = join(folder, 'tidemark.yaml')
async function tidemark(...words: string[]): Promise<{ code: number; printed: string }> {
  const printed: string[] = []
  const code = await runCommandLine(words, {
    terminal: { print: (text) => void printed.push(text), note: (text) => void printed.push(text), ask: async () => null },
    environment: () =>
      readEnvironment({ ...(config && { TIDEMARK_CONFIG: config }), ENV_FILE: join(folder, '.env'), DATABASE_URL: ownUrl ?? lake.url }),
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n') }
}

it('`lake prepare` makes what the catalogue needs, as a table and as JSON, and says the second time that it is there', async () => {
  const first = await tidemark('lake', 'prepare')
  expect(first.printed).toMatch(/^what +name +it was +took +tried$/m)
  expect(first.printed).toMatch(/^table +parking\.lots +made +\d+ ms +2 columns, read$/m)
  expect(first.printed).toMatch(/^table +games\.prices +made +\d+ ms +a row for each record of a file, read$/m)
  expect(first.printed).toMatch(
    new RegExp(`^access +${role} +made +\\d+ ms +read 1 and was refused \\d+ of \\d+ tables, and may change none$`, 'm'),
  )
  expect(first.printed).toMatch(/^\d+ made, \d+ there already, 0 failed, in \d+\.\d s\.$/m)
  expect(first.printed).not.toContain('canary-word')
  expect(first.code).toBe(0)
  const second = await tidemark('lake', 'prepare', '--json')
  const told = JSON.parse(second.printed)
  expect(told).toMatchObject({ ok: true, tookMs: expect.any(Number) })
  expect(told.steps.filter(({ outcome }: { outcome: string }) => outcome !== 'there')).toEqual([])
})

it('nothing else can be done with a lake from here, and a password in the catalogue is refused', async () => {
  expect(await tidemark('lake', 'drop')).toMatchObject({ code: 1, printed: expect.stringContaining('Write "lake prepare"') })
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue.replace('"${REPORTS_PASSWORD}"', 'canary-word'))
  const { code, printed } = await tidemark('lake', 'prepare')
  expect(code).toBe(1)
  expect(printed).toContain('must be a reference')
})

it('without a catalogue it says that no table and no account was prepared, and one that cannot be read is refused', async () => {
  config = undefined
  const without = await tidemark('lake', 'prepare')
  expect(without.printed).toContain('There is no catalogue to go by: no tables of flows and no accounts were prepared.')
  expect(without.code).toBe(0)
  const stored = await createTestDatabase()
  try {
    const ctx = stored.context(systemClock)
    await ctx.pool.query(`insert into catalogue_version (hash, document, schema, accepted_at) values ('x', '{"flows": 1}', '{}', now())`)
    ownUrl = stored.url
    const { code, printed } = await tidemark('lake', 'prepare')
    expect(printed).toContain('cannot be read by this one')
    expect(code).toBe(1)
  } finally {
    await stored.drop()
  }
})
