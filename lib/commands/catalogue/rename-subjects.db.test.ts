import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { getRenamed } from '#lib/db/catalogue/renames.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { aCatalogue, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { look, seen, spansOf } from '#lib/testing/history/state-world.ts'
import { syncCatalogue } from './sync-catalogue.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const patient = { blindAfterMs: 1000 * HOUR_MS }

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
  await sync(catalogue())
  await look(ctx, [seen('lake/a', { writtenAt: START })])
  clock.set(START + DAY_MS)
  await sweepDue(ctx)
})
afterEach(() => db.drop())

interface Names {
  group?: string
  feed?: string
  asset?: string
}

/** One asset in one feed in one group, by these keys; `was` says how they were called before. */
function catalogue(names: Names = {}, was: Names = {}): Catalogue {
  const { group = 'records', feed = 'terms', asset = 'a' } = names
  const made = aCatalogue([anAsset(asset, { ...patient, feed, ...(was.asset !== undefined && { was: `lake/${was.asset}` }) })], {
    [feed]: group,
  })
  return {
    ...made,
    groups: made.groups.map((each) => ({ ...each, ...(was.group !== undefined && { was: was.group }) })),
    feeds: made.feeds.map((each) => ({ ...each, ...(was.feed !== undefined && { was: was.feed }) })),
  }
}
const sync = (given: Catalogue) => syncCatalogue(ctx, { catalogue: given, document: {}, hash: JSON.stringify(given), schema: {} })

const PAST = ['fresh/on-time 10 12:00–10 15:00', 'late/overdue 10 15:00–10 18:00', 'stale/overdue 10 18:00–']
const history = async (feed: string, group = 'records') => [await spansOf(ctx, feed, 'feed'), await spansOf(ctx, group, 'group')]
const outbox = async () => (await ctx.pool.query('select id from outbox')).rowCount

describe('a renamed feed or group', () => {
  test('keeps its history, and its old key leads to the new one', async () => {
    const { renamed } = await sync(catalogue({ group: 'registrar', feed: 'semesters' }, { group: 'records', feed: 'terms' }))
    expect(renamed).toEqual(['registrar', 'semesters'])
    expect(await history('semesters', 'registrar')).toEqual([PAST, PAST])
    expect([await getRenamed(ctx.pool, 'feed', 'terms'), await getRenamed(ctx.pool, 'group', 'records')]).toEqual([
      'semesters',
      'registrar',
    ])
    expect(await getFeedPage(ctx, 'terms')).toBeNull()
  })

  test('goes on with its assets afterwards, and remembers every name it had', async () => {
    await sync(catalogue({ feed: 'semesters' }, { feed: 'terms' }))
    clock.set(START + DAY_MS + HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: clock.now() })])
    await sync(catalogue({ feed: 'sessions' }, { feed: 'semesters' }))
    expect(await history('sessions')).toEqual([
      [...PAST.slice(0, 2), 'stale/overdue 10 18:00–11 13:00', 'fresh/on-time 11 13:00–'],
      [...PAST.slice(0, 2), 'stale/overdue 10 18:00–11 13:00', 'fresh/on-time 11 13:00–'],
    ])
    expect([await getRenamed(ctx.pool, 'feed', 'terms'), await getRenamed(ctx.pool, 'feed', 'semesters')]).toEqual(['sessions', 'sessions'])
    await sync(catalogue({ feed: 'terms' }, { feed: 'sessions' }))
    expect([await getRenamed(ctx.pool, 'feed', 'terms'), await getRenamed(ctx.pool, 'feed', 'sessions')]).toEqual([null, 'terms'])
  })

  test('keeps its history without the "was:" once it has been read', async () => {
    await sync(catalogue({ feed: 'semesters' }, { feed: 'terms' }))
    await sync(catalogue({ feed: 'semesters' }))
    expect(await history('semesters')).toEqual([PAST, PAST])
    expect(await getRenamed(ctx.pool, 'feed', 'terms')).toBe('semesters')
  })
})

describe('"was:" that comes later than the new key', () => {
  test.each<[string, Names, Names]>([
    ['a feed', { feed: 'semesters' }, { feed: 'terms' }],
    ['a group', { group: 'registrar' }, { group: 'records' }],
    ['an asset', { asset: 'z' }, { asset: 'a' }],
    ['all three', { group: 'registrar', feed: 'semesters', asset: 'z' }, { group: 'records', feed: 'terms', asset: 'a' }],
  ])('brings the history of %s back, as the page promises', async (_what, names, was) => {
    await sync(catalogue(names))
    clock.set(START + DAY_MS + HOUR_MS)
    await look(ctx, [seen(`lake/${names.asset ?? 'a'}`, { writtenAt: START })])
    await sweepDue(ctx)
    await rollUpDays(ctx)
    await followIncidents(ctx)
    const told = await outbox()
    await sync(catalogue(names, was))
    const expected = [...PAST.slice(0, 2), expect.stringMatching(/^stale\/overdue 10 18:00–/)]
    const [feed, group] = await history(names.feed ?? 'terms', names.group ?? 'records')
    expect(feed?.slice(0, 3)).toEqual(expected)
    expect(group?.slice(0, 3)).toEqual(expected)
    expect((await spansOf(ctx, `lake/${names.asset ?? 'a'}`)).slice(0, 3)).toEqual(expected)
    expect(feed?.at(-1)).toMatch(/^stale\/overdue .*–$/)
    expect(await outbox()).toBe(told)
    expect(await getFeedPage(ctx, names.feed ?? 'terms')).not.toBeNull()
    await followIncidents(ctx)
    const { rows } = await ctx.pool.query(
      'select i.opened_by, m.asset_id, i.ended_at from incident i join incident_member m on m.incident_id = i.id where withdrawn_at is null order by i.opened_at',
    )
    const { rows: assets } = await ctx.pool.query<{ id: number }>(`select id from subject where kind = 'asset' and removed_at is null`)
    expect(rows).toEqual([{ opened_by: `asset:${assets[0]?.id}`, asset_id: assets[0]?.id, ended_at: null }])
  })

  test('does not mix two that were there at the same time', async () => {
    const two = aCatalogue([anAsset('a', patient), anAsset('b', { ...patient, feed: 'courses' })])
    await sync(two)
    const { renamed } = await sync(catalogue({ feed: 'courses', asset: 'b' }, { feed: 'terms' }))
    expect(renamed).toEqual([])
  })
})
