import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadRunOutcomes } from '#lib/db/history/run-outcomes.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { findRunToReplay } from '#lib/queries/runs/find-run.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const FLOWS = `
  permits:
    feed: records/permits
    schedule: "20 4 * * *"
    after: [term]
    extract: { from: lake/public.permits }
    select: { permit_id: { from: id, type: integer } }
    load: { into: lake/parking.permits, mode: merge, key: permit_id }`

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z')
  await harness.declare(termsCatalogue({ flows: FLOWS }))
  await harness.lake('create table permits as select 1 as id')
})
afterEach(() => harness.close())

const feed = async () => (await getFeedPage(harness.ctx, 'permits'))?.feed
const list = async () => (await getRunList(harness.ctx, { flow: null, system: null, state: null, before: null })).ended

describe('a dry run', () => {
  it('is marked in every list, and is not the last run of its flow or feed', async () => {
    const load = await harness.reload('permits')
    await harness.lake('insert into permits values (2), (null)')
    await harness.reload('permits', { dryRun: true })
    expect((await list()).map(({ isDryRun }) => isDryRun)).toEqual([true, false])
    const page = await getFlowPage(harness.ctx, 'permits')
    expect(page?.card).toMatchObject({ health: 'completed', last: { id: load, isDryRun: false } })
    expect(page?.runs.map(({ isDryRun }) => isDryRun)).toEqual([true, false])
    expect(await feed()).toMatchObject({ status: 'fresh', lastRun: { id: load, state: 'completed' } })
    expect(await findRunToReplay(harness.ctx, 'permits')).toBeNull()
  })

  it('that fails is no reason why the data did not arrive', async () => {
    await harness.reload('permits')
    await harness.lake('drop table permits')
    await harness.reload('permits', { dryRun: true })
    expect((await list())[0]).toMatchObject({ isDryRun: true, state: 'failed' })
    const outcomes = await loadRunOutcomes(harness.ctx.pool, [{ flow: 'permits', from: 0 }])
    expect(outcomes.get('permits')?.map(({ state }) => state)).toEqual(['completed'])
    expect(await feed()).toMatchObject({ lastRun: { state: 'completed' } })
  })

  it('does not let the flow after it begin', async () => {
    await harness.stopCampus()
    await harness.until('2026-11-20T06:30:00Z')
    await harness.rows("update run set state = 'failed', ended_at = now() where flow = 'term' and ended_at is null")
    await harness.rows(
      `insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at, parameters)
       values (gen_random_uuid(), 'term', 'manual', '2026-11-20T07:00Z', '2026-11-20T07:00Z', 'completed', '2026-11-20T07:00Z', '2026-11-20T07:01Z', '{"dryRun": true}')`,
    )
    await harness.until('2026-11-20T09:30:00Z')
    expect(await harness.rows("select state, waiting_for from run where flow = 'permits' and scheduled_for < '2026-11-20T10:00Z'")).toEqual(
      [{ state: 'scheduled', waiting_for: expect.stringMatching(/^Waits for a good run of term/) }],
    )
  })

  it('is known as one when only the catalogue says so', async () => {
    await harness.rows(`update flow set settings = settings || '{"parameters": {"dryRun": true}}' where name = 'permits'`)
    await harness.reload('permits')
    expect((await list())[0]).toMatchObject({ flow: 'permits', isDryRun: true, state: 'completed' })
  })
})

describe('a last run that did not complete', () => {
  it('is said of a fresh feed, on its line and in the JSON', async () => {
    await harness.reload('permits')
    await harness.lake('insert into permits values (null)')
    const partial = await harness.reload('permits')
    expect(await feed()).toMatchObject({ status: 'fresh', lastRun: { id: partial, flow: 'permits', state: 'partial' } })
    await harness.lake('drop table permits')
    const failed = await harness.reload('permits')
    expect(await feed()).toMatchObject({ status: 'fresh', lastRun: { id: failed, state: 'failed', problem: expect.any(String) } })
    const json: { feeds: { key: string }[] } = JSON.parse((await getStatusJson(harness.ctx))?.json ?? '')
    expect(json.feeds.find(({ key }) => key === 'permits')).toMatchObject({
      status: 'fresh',
      lastRun: { id: failed, flow: 'permits', state: 'failed', endedAt: '2026-11-19T12:00:03.000Z' },
    })
  })
})
