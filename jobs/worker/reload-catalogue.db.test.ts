import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { getHealth } from '#lib/queries/pages/health.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import type { JobServices } from './job-kind.ts'
import { loadExtensions } from './load-extensions.ts'
import { reloadCatalogue } from './reload-catalogue.ts'

let db: TestDatabase
let ctx: Context
let services: JobServices

const reading = (text: string): CatalogueTexts => ({ ok: true, texts: [{ file: 'tidemark.yaml', text }] })
const GOOD = 'page: { name: Campus data, zone: America/New_York }\ngroups: {}\n'

beforeEach(async () => {
  db = await createTestDatabase()
  ctx = db.context(new FakeClock('2026-11-29T06:00:00Z'))
  services = testServices(ctx, { config: 'tidemark.yaml', ...(await loadExtensions()) })
})

afterEach(() => db.drop())

async function problems(): Promise<string> {
  const { rows } = await ctx.pool.query<{ problems: unknown }>('select problems from catalogue_state')
  return JSON.stringify(rows[0]?.problems)
}

test('a good catalogue that the database does not take says so where its problems are said, until it is taken', async () => {
  await ctx.pool.query(`alter table catalogue_version add constraint refused check (hash = 'none') not valid`)
  await expect(reloadCatalogue(services, reading(GOOD))).rejects.toThrow('refused')
  expect(await problems()).toContain('The catalogue could not be taken over: new row for relation')
  expect((await getHealth(ctx)).catalogue).toMatchObject({ state: 'problems', problems: 1 })
  await ctx.pool.query('alter table catalogue_version drop constraint refused')
  await reloadCatalogue(services, reading(GOOD))
  expect((await getHealth(ctx)).catalogue).toMatchObject({ state: 'accepted', problems: 0 })
})

test('a problem that names a character no database keeps is kept all the same', async () => {
  await reloadCatalogue(services, reading(`${GOOD}flows: { "x\\0y": { schedule: "\\0" } }\n`))
  expect(await problems()).toContain('no database keeps')
  expect((await getHealth(ctx)).catalogue.state).toBe('problems')
})

test('the check of a long catalogue is told before it begins, and over when it is', async () => {
  const writes: unknown[] = []
  const query = ctx.pool.query.bind(ctx.pool)
  ctx.pool.query = ((text: string | { values: unknown[] }, values?: unknown[]) => {
    const [key, note] = typeof text === 'string' ? (values ?? []) : text.values
    if (key === 'catalogue-check') writes.push(note)
    return query(text as string, values)
  }) as typeof ctx.pool.query
  await reloadCatalogue(services, reading(`${GOOD}# ${'x'.repeat(300_000)}\n`))
  expect(writes).toEqual([JSON.stringify({ since: ctx.clock.now() }), JSON.stringify({ since: null })])
})

test('the check of a long catalogue holds up nothing else, whatever it comes to', async () => {
  const feeds = Array.from({ length: 8000 }, (_, i) => `      f${i}: { owner: somebody@example.edu, policy: { kind: none } }\n`)
  let turns = 0
  const ticking = setInterval(() => (turns += 1), 2)
  await reloadCatalogue(services, reading(`${GOOD.replace('{}', '')}  g:\n    feeds:\n${feeds.join('')}    nme: x\n`)).finally(() =>
    clearInterval(ticking),
  )
  expect(turns).toBeGreaterThan(50)
  expect(await problems()).toContain('There is no setting \\"nme\\" here.')
})
