import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recompute } from '#lib/commands/status/recompute.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const SOURCE = 'peoplesoft/BU_TERM_QRY'
const TABLE = 'lake/term_curated.term_data_by_service'
const RUN_FAILED = 'Late: the run that should have loaded it did not succeed'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  await harness.declare(termsCatalogue({ probe: '1h' }))
})
afterEach(() => harness.close())

const now = async (key: string, kind = 'asset') => (await spansOf(harness.ctx, key, kind)).at(-1)

/** The night of the 19th loads; PeopleSoft was last seen at 04:50 on the 20th, ten minutes before it goes. */
async function peopleSoftGoes() {
  await harness.until('2026-11-20T05:00:00Z')
  await harness.stopCampus()
}

describe('stop the PeopleSoft stand-in', () => {
  it('the source asset turns `unknown` at its `blindAfter`', async () => {
    await peopleSoftGoes()
    await harness.until('2026-11-20T07:49:59.999Z')
    expect(await now(SOURCE)).toBe('fresh/on-time 19 05:50–')
    await harness.until('2026-11-20T07:50:00Z')
    expect(await now(SOURCE)).toBe('unknown/probe-failed 20 07:50–')
    await harness.until('2026-11-20T10:00:00Z')
    expect(await now(SOURCE)).toBe('unknown/source-unreachable 20 07:50–')
    expect((await getFeedPage(harness.ctx, 'terms'))?.banners).toMatchObject([
      { kind: 'connection', connection: 'peoplesoft', problem: expect.stringContaining('PeopleSoft (peoplesoft) refuses connections') },
    ])
  })

  it('the term table stays `fresh` until its run has failed and deadline and grace have passed, then `late` to the second, reason `run-failed`', async () => {
    await peopleSoftGoes()
    await harness.until('2026-11-20T06:44:59.999Z')
    expect(await harness.rows('select state, problem from run where ended_at is not null order by ended_at')).toEqual([
      { state: 'completed', problem: null },
      { state: 'failed', problem: 'PeopleSoft (peoplesoft) refuses connections: it is not running, or the address is wrong.' },
    ])
    expect(await now(TABLE)).toBe('fresh/due 20 06:00–')
    await harness.until('2026-11-20T06:45:00Z')
    expect(await now(TABLE)).toBe('late/run-failed 20 06:45–')
    expect(await now('terms', 'feed')).toBe('late/run-failed 20 06:45–')
  })

  it('in words on the page', async () => {
    await peopleSoftGoes()
    await harness.until('2026-11-20T06:45:00Z')
    const page = await getFeedPage(harness.ctx, 'terms')
    expect(page?.promise).toBe('every day at 01:00 (America/New_York), 45 min of grace, counting what comes from then on')
    expect(page?.feed).toMatchObject({ status: 'late', reason: 'run-failed', since: harness.clock.now() })
    expect(page?.assets.at(-1)?.explanation).toContain(RUN_FAILED)
    expect(page?.changes[0]).toMatchObject({ to: 'late', explanation: expect.stringContaining(RUN_FAILED) })
    expect(page?.runs[0]).toMatchObject({ state: 'failed', problem: expect.stringContaining('refuses connections') })
    expect(JSON.parse((await getStatusJson(harness.ctx))?.json ?? '').feeds).toMatchObject([
      { key: 'terms', status: 'late', reason: 'run-failed', since: '2026-11-20T06:45:00.000Z', dueAt: '2026-11-20T06:00:00.000Z' },
    ])
  })

  it('all recovers by itself, and history is right', async () => {
    await peopleSoftGoes()
    await harness.until('2026-11-20T12:00:00Z')
    await harness.startCampus()
    await harness.until('2026-11-21T06:00:00Z')
    expect(await spansOf(harness.ctx, SOURCE)).toEqual(['fresh/on-time 19 05:50–'])
    expect(await harness.rows('select from_at, to_at, reason from blind where asset_id is not null')).toEqual([
      { from_at: new Date('2026-11-20T07:50:00Z'), to_at: new Date('2026-11-20T13:50:00Z'), reason: 'source-unreachable' },
    ])
    expect(await spansOf(harness.ctx, 'terms', 'feed')).toEqual([
      'unknown/never-observed 19 05:50–19 06:00',
      'fresh/on-time 19 06:00–20 06:00',
      'fresh/due 20 06:00–20 06:45',
      'late/run-failed 20 06:45–21 06:00',
      'fresh/idle 21 06:00–',
    ])
    expect((await changesOf(harness.ctx, 'terms', 'feed')).slice(2)).toEqual(['20 06:45 fresh → late', '21 06:00 late → fresh'])
    const page = await getFeedPage(harness.ctx, 'terms')
    expect(page?.banners).toEqual([])
    expect(page?.days.find(({ day }) => day === '2026-11-20')).toMatchObject({
      worst: 'late',
      fresh: 6300,
      late: 80_100,
      missed: 0,
      cameLate: 1,
      ready: false,
    })
    const before = await stateOf(harness.ctx)
    await recompute(harness.ctx, { withCurrentPolicy: false })
    expect(await stateOf(harness.ctx)).toEqual(before)
  })
})
