import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRedash } from '#demo/startup/redash.ts'
import { runCommandLine } from '#jobs/cli.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

const catalogueWith = (redashUrl: string) => `page: { name: Campus, zone: UTC }
connections:
  shop: { kind: postgres, url: "\${SHOP_URL}" }
  boards: { kind: redash, url: "${redashUrl}", apiKey: "\${REDASH_KEY}" }
`
let folder = ''
let own: TestDatabase
let shop: TestDatabase
let ctx: Context
let boards: Awaited<ReturnType<typeof startRedash>>
const clock = new FakeClock('2026-11-20T12:00:00Z')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-keep-'))
  ;[own, shop] = await Promise.all([createTestDatabase(), createTestDatabase()])
  ctx = own.context(clock)
  await shop
    .context(clock)
    .pool.query('create schema store; create table store.a (x int); create table store.b (x int); create table store.c (x int)')
  boards = await startRedash('hush')
  const catalogue = catalogueWith(boards.url)
  writeFileSync(join(folder, 'tidemark.yaml'), catalogue)
  const url = new URL(shop.url)
  writeFileSync(join(folder, '.env'), `SHOP_URL=${url.href}\nREDASH_KEY=hush\n`)
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: catalogue }], await loadExtensions())
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
})
afterAll(async () => {
  await Promise.all([own.drop(), shop.drop(), boards.close()])
  rmSync(folder, { recursive: true })
})

async function tidemark(...words: string[]) {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommandLine(words, {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => null },
    environment: () =>
      readEnvironment({ DATABASE_URL: own.url, ENV_FILE: join(folder, '.env'), TIDEMARK_CONFIG: join(folder, 'tidemark.yaml') }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n'), noted: noted.join('\n') }
}
const stored = async () =>
  (
    await ctx.pool.query<{ path: string }>(`select path from found_asset where path like 'store.%' and gone_at is null order by path`)
  ).rows.map(({ path }) => path)

it('what is there is kept, and far less than before is believed only when somebody says so', async () => {
  const first = await tidemark('discover', 'shop', '--keep')
  expect([first.code, first.noted]).toEqual([0, ''])
  expect(first.printed).toMatch(/^\d+ found in shop: \d+ new or changed, 0 gone\.$/)
  expect(await stored()).toEqual(['store.a', 'store.b', 'store.c'])
  await shop.context(clock).pool.query('drop schema public cascade; drop table store.b; drop table store.c')
  const refused = await tidemark('discover', 'shop', '--keep')
  expect(refused.code).toBe(1)
  expect(refused.noted).toContain('That is too few to be true, so nothing counts as gone.')
  expect(await stored()).toEqual(['store.a', 'store.b', 'store.c'])
  expect((await tidemark('discover', 'shop', '--keep', '--fewer')).code).toBe(0)
  expect(await stored()).toEqual(['store.a'])
  const { rows } = await ctx.pool.query(`select action, target, after from audit order by id`)
  expect(rows).toEqual(
    [false, false, true].map((mayShrink) => ({ action: 'connection.discover', target: 'connection:shop', after: { mayShrink } })),
  )
})

it('of an address nothing is kept', async () => {
  const { code, noted } = await tidemark('discover', 'postgres://a@127.0.0.1:9/b', '--keep')
  expect([code, noted]).toEqual([expect.any(Number), expect.stringContaining('name it instead of an address')])
  expect(code).not.toBe(0)
})

it('what can be read is proposed although something beside it cannot, and that is said', async () => {
  boards.redash.ask('Odd', 'yesterday')
  await expect(tidemark('discover', 'boards')).resolves.toMatchObject({ code: 1, printed: '' })
  boards.redash.ask('Prices', '2026-11-20T10:00:00Z')
  const { code, printed, noted } = await tidemark('discover', 'boards')
  expect([code, noted]).toEqual([
    1,
    expect.stringMatching(/^1 of 2 cannot be read: what was known of that stands\. .* the query 1 is not /),
  ])
  expect(printed).toContain('boards/queries/2')
  await tidemark('discover', 'boards', '--keep')
  const { rows } = await ctx.pool.query(
    "select path, problem from discovery join found_asset using (connection_key) where connection_key = 'boards'",
  )
  expect(rows).toEqual([{ path: 'queries/2', problem: expect.stringMatching(/^1 of 2 cannot be read: /) }])
})
