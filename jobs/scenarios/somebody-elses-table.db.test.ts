import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { watchedCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const DAILY = '{ kind: deadline, cron: "0 6 * * *", grace: 1h, staleAfter: 2d }'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T09:50:00Z')
  await harness.changeLake('create schema bursar; create table bursar.payments (id int, loaded_at timestamptz not null)')
  await load('2026-11-18T11:05:00Z', 1)
  await harness.declare(watchedCatalogue(DAILY))
  await harness.until('2026-11-19T10:55:00Z')
  await load('2026-11-19T11:05:00Z', 2)
})
afterEach(() => harness.close())

/** What the nightly load of the bursar’s office leaves. */
const load = (at: string, id: number) =>
  harness.changeLake(`insert into bursar.payments select ${id}, '${at}' from generate_series(1, 100)`)
const spans = () => spansOf(harness.ctx, 'payments', 'feed')

describe('a table that somebody else loads', () => {
  it('is fresh while its newest rows are of tonight', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    expect(await spans()).toEqual(['fresh/on-time 19 09:50–19 11:00', 'fresh/due 19 11:00–19 11:05', 'fresh/on-time 19 11:05–'])
  })

  it('a table restored from an old backup turns late', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    await harness.changeLake("begin; delete from bursar.payments; insert into bursar.payments values (1, '2026-11-18T11:05:00Z'); commit")
    await harness.until('2026-11-19T16:00:00Z')
    expect((await spans()).at(-1)).toBe('late/old-data 19 15:50–')
    expect((await getFeedPage(harness.ctx, 'payments'))?.assets[0]?.explanation).toContain('it holds older data than promised')
    await load('2026-11-19T16:10:00Z', 3)
    await harness.until('2026-11-19T18:00:00Z')
    expect((await changesOf(harness.ctx, 'payments', 'feed')).slice(2)).toEqual(['19 15:50 fresh → late', '19 16:10 late → fresh'])
  })

  it('an emptied table is stale at once', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    await harness.changeLake('truncate bursar.payments')
    await harness.until('2026-11-19T16:00:00Z')
    expect((await spans()).at(-1)).toBe('stale/empty 19 15:50–')
  })

  it('a clock polluted with the year 2099 does not stay green', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    await load('2099-01-01T00:00:00Z', 99)
    await harness.until('2026-11-20T11:59:59.999Z')
    expect((await spans()).at(-1)).toBe('fresh/due 20 11:00–')
    await harness.until('2026-11-20T12:00:00Z')
    expect((await spans()).at(-1)).toBe('late/future-data 20 12:00–')
    await harness.changeLake('delete from bursar.payments where id = 99')
    await load('2026-11-20T12:30:00Z', 4)
    await harness.until('2026-11-20T14:00:00Z')
    expect((await changesOf(harness.ctx, 'payments', 'feed')).at(-1)).toMatch(/^20 1[23]:[35]0 late → fresh$/)
  })
})

describe('a table that somebody drops', () => {
  beforeEach(() => harness.until('2026-11-19T15:00:00Z'))

  it('is unknown within a minute of the first probe that misses it, and everywhere the page says why', async () => {
    await harness.changeLake('drop table bursar.payments')
    await harness.until('2026-11-19T15:52:00Z')
    expect((await spans()).at(-1)).toBe('unknown/gone 19 15:50–')
    const { rows } = await harness.ctx.pool.query(
      "select extract(epoch from recorded_at - at) as seconds from status_change where reason = 'gone'",
    )
    expect(Math.max(...rows.map((row) => Number(row.seconds)))).toBeLessThanOrEqual(60)
    const feed = await getFeedPage(harness.ctx, 'payments')
    expect(feed).toMatchObject({ feed: { status: 'unknown', reason: 'gone' }, assets: [{ reason: 'gone' }] })
    expect(feed?.assets[0]?.explanation).toBe('Unknown: its system says that there is no such thing.')
    expect((await getStatusJson(harness.ctx))?.json).toContain('"status":"unknown","reason":"gone"')
    expect((await atomFeed(harness.ctx))?.xml).toContain('Unknown: its system says that there is no such thing.')
  })

  it('alarms nobody when it is made anew at once, as some loads do every night', async () => {
    await harness.changeLake('alter table bursar.payments rename to payments_before')
    await harness.until('2026-11-19T15:50:10Z')
    await harness.changeLake('alter table bursar.payments_before rename to payments')
    await harness.until('2026-11-19T18:00:00Z')
    expect(
      await harness.rows(
        "select problem, suspected_at, probed_at > '2026-11-19T17:00:00Z' as seen from asset join sight on asset_id = subject_id",
      ),
    ).toContainEqual({
      problem: null,
      suspected_at: null,
      seen: true,
    })
    expect((await spans()).at(-1)).toBe('fresh/on-time 19 11:05–')
    expect(await changesOf(harness.ctx, 'payments', 'feed')).toHaveLength(2)
  })

  it('turns late at its deadline as what it is, and is judged again once it is back', async () => {
    await harness.changeLake('alter table bursar.payments rename column loaded_at to loaded_on')
    await harness.until('2026-11-20T14:00:00Z')
    expect((await spans()).slice(-2)).toEqual(['unknown/gone 19 15:50–20 12:00', 'late/gone 20 12:00–'])
    await harness.changeLake('alter table bursar.payments rename column loaded_on to loaded_at')
    await harness.until('2026-11-20T16:00:00Z')
    expect((await spans()).at(-1)).toMatch(/^late\/overdue 20 1[45]:[0-5]0–$/)
    const reasons = await harness.rows<{ reason: string }>(
      "select reason from status_change c join subject s on s.id = c.subject_id and s.kind = 'feed' where not rewrite order by c.id desc limit 3",
    )
    expect(reasons.map(({ reason }) => reason)).toEqual(['overdue', 'gone', 'gone'])
  })
})
