import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { watchedCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-18T11:50:00Z')
  await harness.changeLake('create schema bursar; create table bursar.payments (id int); insert into bursar.payments values (1), (2)')
  await harness.declare(watchedCatalogue('{ kind: age, lateAfter: 1d, staleAfter: 3d }').replace(': { column: loaded_at }', ': {}'))
  await harness.until('2026-11-18T13:00:00Z')
})
afterEach(() => harness.close())

const lastSpan = async () => (await spansOf(harness.ctx, 'payments', 'feed')).at(-1)

describe('a table without a time column', () => {
  it('is unknown while nothing tells its time, and not said to be empty or unseen', async () => {
    expect(await lastSpan()).toMatch(/^unknown\/no-time /)
    expect((await getFeedPage(harness.ctx, 'payments'))?.assets[0]?.explanation).toBe('Unknown: nothing in it tells how fresh it is.')
  })

  it('arrives by a write, and not by what was rolled back or deleted', async () => {
    await harness.changeLake('begin; insert into bursar.payments values (3); rollback')
    await harness.until('2026-11-18T15:00:00Z')
    expect(await lastSpan()).toMatch(/^unknown\/no-time /)
    await harness.changeLake('insert into bursar.payments values (3)')
    await harness.until('2026-11-18T17:00:00Z')
    expect(await lastSpan()).toMatch(/^fresh\/on-time /)
    await harness.changeLake('begin; insert into bursar.payments values (4); rollback; delete from bursar.payments where id = 1')
    await harness.until('2026-11-19T17:00:00Z')
    expect(await lastSpan()).toMatch(/^late\/overdue /)
  })

  it('says wherever its status stands that the evidence is weak', async () => {
    await harness.changeLake('insert into bursar.payments values (3)')
    await harness.until('2026-11-18T17:00:00Z')
    const [feed] = await getFeedRows(harness.ctx)
    const page = await getFeedPage(harness.ctx, 'payments')
    const json = JSON.parse((await getStatusJson(harness.ctx))?.json ?? '{}')
    expect(feed?.weakBy).toBe('counters')
    expect(page?.assets[0]).toMatchObject({ weakBy: 'counters', explanation: 'Fresh: arrived as promised (by counters, weak).' })
    expect(json.feeds[0]).toMatchObject({ status: 'fresh', weakEvidence: 'by counters, weak' })
  })

  it('that is emptied is stale, also when no time of it was ever known', async () => {
    await harness.changeLake('delete from bursar.payments')
    await harness.until('2026-11-18T15:00:00Z')
    expect(await lastSpan()).toMatch(/^stale\/empty /)
    await harness.changeLake('insert into bursar.payments values (3)')
    await harness.until('2026-11-18T17:00:00Z')
    expect(await lastSpan()).toMatch(/^fresh\/on-time /)
    await harness.changeLake('truncate bursar.payments')
    await harness.until('2026-11-18T19:00:00Z')
    expect((await changesOf(harness.ctx, 'payments', 'feed')).at(-1)).toMatch(/fresh → stale$/)
  })
})

it('a table that has always been empty is unknown, and known to be empty', async () => {
  await harness.changeLake('create table bursar.refunds (id int)')
  await harness.declare(
    watchedCatalogue('{ kind: age, lateAfter: 1d, staleAfter: 3d }').replace('payments: { column: loaded_at }', 'refunds: {}'),
  )
  await harness.until('2026-11-18T15:30:00Z')
  expect(await lastSpan()).toMatch(/^unknown\/empty /)
  expect((await getFeedPage(harness.ctx, 'payments'))?.assets[0]?.explanation).toBe('Unknown: it holds no data.')
})
