import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { aTile, discovers, FOLDERS, inForce, write } from '#lib/testing/worlds/found-world.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt('2026-11-10T12:00:00Z'))
})
afterAll(() => db.drop())

const CATALOGUES = [
  '',
  FOLDERS,
  `${FOLDERS}    owner: BI\n    where: { folder: Finance }\n`,
  'adopt: [{ from: "lake/**", group: Tables, feed: "{path.1}" }, { from: "*/*", group: "{dashboard}", feed: "{folder}" }]\n',
  `groups: { finance: { feeds: { own: { assets: { looker/1: { name: Mine } } } } } }\n${FOLDERS}`,
]
const PATHS = ['1', '2', '3', '4', '5', '6']
const look = fc.record({
  kind: fc.constant('look' as const),
  connection: fc.constantFrom('lake', 'looker'),
  paths: fc.subarray(PATHS, { minLength: 1 }),
  folder: fc.constantFrom('Finance', 'Sales'),
})
const edit = fc.record({ kind: fc.constant('edit' as const), text: fc.constantFrom(...CATALOGUES) })
type Step = typeof look extends fc.Arbitrary<infer L> ? (typeof edit extends fc.Arbitrary<infer E> ? L | E : never) : never

async function take(step: Step): Promise<void> {
  clock.set(clock.now() + HOUR_MS)
  if (step.kind === 'edit') await write(ctx, step.text)
  else {
    const tiles = step.paths.map((path) => aTile(path, { labels: { folder: step.folder, dashboard: `Board ${Number(path) % 2}` } }))
    await discovers(ctx, tiles, { connection: step.connection, mayShrink: true })
  }
}

async function afterwards(steps: readonly Step[], text: string): Promise<string[]> {
  await ctx.pool.query('truncate found_asset, found_edge, discovery, adoption, subject cascade')
  for (const step of steps) await take(step)
  await write(ctx, text)
  return inForce(ctx)
}

test('whatever was written and found before, what is there now is what the last catalogue makes of the last discoveries; the rest is gone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(look, edit), { minLength: 1, maxLength: 7 }),
      fc.constantFrom(...CATALOGUES),
      async (steps, text) => {
        const all = await afterwards(steps, text)
        const last = ['lake', 'looker'].flatMap((key) => steps.findLast((step) => step.kind === 'look' && step.connection === key) ?? [])
        const fresh = await afterwards(last, text)
        const isGone = (line: string) => line.endsWith('(gone)')
        expect(all.filter((line) => !isGone(line))).toEqual(fresh)
        expect(fresh.some(isGone)).toBe(false)
        // What is gone was seen once, and is not what is there.
        const seen = steps.flatMap((step) => (step.kind === 'look' ? step.paths.map((path) => `${step.connection}/${path} (gone)`) : []))
        for (const line of all.filter(isGone)) expect(seen).toContain(line.split(' / ')[2])
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)
