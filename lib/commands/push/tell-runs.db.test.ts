import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { declarePushed, handIn, pusher, runIdOf, type Told, takeAll, toldEvent } from '#lib/testing/push/push-world.ts'
import { acceptHeartbeat } from './accept-messages.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
const at = (hours: number) => START + hours * HOUR_MS

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let index: IdentityIndex
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  index = await declarePushed(ctx, ['raw.orders', 'raw.lines', 'raw.beats'], {
    'raw.orders': 'etl/loads/load',
    'raw.lines': 'etl/loads/load',
    'raw.beats': 'lake/heartbeat/raw.beats',
  })
})
afterEach(() => database.drop())

type Event = Partial<Told> & Pick<Told, 'type' | 'at'>
async function tell(events: Event[], own: Partial<Actor> = {}): Promise<void> {
  clock.set(Math.max(clock.now(), ...events.map((event) => event.at)))
  await handIn(
    ctx,
    events.map((event) => toldEvent({ run: 1, ...event })),
    own,
  )
  await takeAll(ctx, index)
}
const stored = async () => {
  const { rows } = await ctx.whole.query<{ id: string; text: string }>(
    `select id::text, concat_ws(' ', connection_key || '/' || job, state, attempt, to_char(started_at at time zone 'UTC', 'HH24:MI'),
       to_char(ended_at at time zone 'UTC', 'HH24:MI'), rows, error, writes::text) as text from external_run order by placed_at, job`,
  )
  return rows
}
const texts = async () => (await stored()).map(({ text }) => text)
const facts = async () => {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select s.key || ' ' || a.clock || ' ' || to_char(a.at at time zone 'UTC', 'HH24:MI') || ' ' || a.source as text
     from arrival a join subject s on s.id = a.asset_id order by s.key, a.clock, a.at`,
  )
  return rows.map(({ text }) => text)
}

describe('a run that is pushed', () => {
  it('is one row from its start to its end, however often and in whatever order it is told', async () => {
    await tell([{ type: 'COMPLETE', at: at(2), rows: 5, outputs: ['raw.orders'] }])
    await tell([
      { type: 'START', at: at(1) },
      { type: 'COMPLETE', at: at(2), rows: 5, outputs: ['raw.orders'] },
    ])
    await tell([{ type: 'RUNNING', at: at(1) + MINUTE_MS }])
    expect(await texts()).toEqual(['etl/loads/load completed 1 01:00 02:00 5 {lake/raw.orders}'])
  })

  it('loads what it names, and only that; of one that names nothing every asset that names its job', async () => {
    await tell([{ type: 'COMPLETE', at: at(2), rows: 5, outputs: ['raw.orders'] }])
    expect(await facts()).toEqual(['lake/raw.orders loadedAt 02:00 push:loads', 'lake/raw.orders writtenAt 02:00 push:loads'])
    await tell([{ type: 'COMPLETE', at: at(3), run: 2 }])
    expect(await facts()).toContain('lake/raw.lines loadedAt 03:00 job:etl')
    expect(await facts()).toContain('lake/raw.orders loadedAt 03:00 job:etl')
    await tell([{ type: 'OTHER', at: at(3) + MINUTE_MS, run: 2, outputs: ['raw.lines'] }])
    expect((await facts()).filter((fact) => fact.includes('03:00'))).toEqual([
      'lake/raw.lines loadedAt 03:00 push:loads',
      'lake/raw.lines writtenAt 03:00 push:loads',
    ])
  })

  it('that took away what it names has loaded nothing, although it went well', async () => {
    await tell([{ type: 'COMPLETE', at: at(2), outputs: ['raw.orders'], lifecycle: 'TRUNCATE' }])
    expect([await facts(), await texts()]).toEqual([[], ['etl/loads/load completed 1 02:00 {lake/raw.orders}']])
  })

  it('that fails after it had completed is the reason why what its job writes is late, in its own words', async () => {
    await tell([{ type: 'COMPLETE', at: at(1), run: 1 }])
    await tell([
      { type: 'START', at: at(2), run: 2 },
      { type: 'COMPLETE', at: at(3), run: 2 },
      { type: 'FAIL', at: at(3) + MINUTE_MS, run: 2, facets: { errorMessage: { message: 'disk full', programmingLanguage: 'SQL' } } },
    ])
    clock.set(at(6))
    await sweepDue(ctx)
    expect((await spansOf(ctx, 'lake/raw.orders')).slice(1)).toEqual(['fresh/on-time 20 01:00–20 05:00', 'late/run-failed 20 05:00–'])
    expect((await texts()).at(-1)).toBe('etl/loads/load failed 1 02:00 03:01 disk full')
  })

  it('says on its page what it is a part of, and which kind of job it is', async () => {
    const parent = { run: { runId: runIdOf(9) }, job: { namespace: 'loads', name: 'nightly' } }
    const jobFacets = { jobType: { integration: 'AIRFLOW', jobType: 'TASK', processingType: 'BATCH' } }
    await tell([{ type: 'START', at: at(1), facets: { parent }, jobFacets }])
    const [child] = await stored()
    const page = () => getExternalRunPage(ctx, child?.id ?? '')
    expect(await page()).toMatchObject({ isPushed: true, jobType: 'AIRFLOW, task, batch', run: { externalId: runIdOf(1) } })
    expect((await page())?.parent).toEqual({ system: 'etl', job: 'loads/nightly', id: null })
    await tell([{ type: 'START', at: at(1) - MINUTE_MS, run: 9, job: 'nightly' }])
    const known = (await stored()).find(({ text }) => text.includes('nightly'))
    expect((await page())?.parent).toEqual({ system: 'etl', job: 'loads/nightly', id: known?.id })
  })

  it('is not one with a run of another job of the same number', async () => {
    await tell([
      { type: 'START', at: at(1) },
      { type: 'COMPLETE', at: at(2), job: 'load.part' },
    ])
    expect(await texts()).toEqual(['etl/loads/load running 1 01:00', 'etl/loads/load.part completed 1 02:00'])
  })

  it('of a job with a very long name is one all the same, and not one with another that begins alike', async () => {
    const long = (end: string) => `${'spark stage '.repeat(40)}${end}`
    await tell(['a', 'b'].map((end, i): Event => ({ type: 'COMPLETE', at: at(2 + i), job: long(end) })))
    const { rows } = await ctx.whole.query<{ job: string }>('select job from external_run order by job')
    expect(rows.map(({ job }) => [job.length, /~[0-9a-z]{7}$/.test(job)])).toEqual([
      [300, true],
      [300, true],
    ])
    expect(new Set(rows.map(({ job }) => job)).size).toBe(2)
  })

  it('counts for nothing where its token sees less than its job writes', async () => {
    await ctx.whole.query("insert into audience_group (audience, group_id) select 'all', id from subject where kind = 'group'")
    await tell([{ type: 'FAIL', at: at(1) }], { audience: 'others' })
    expect(await texts()).toEqual([])
    await tell([{ type: 'FAIL', at: at(1) }], { audience: 'all' })
    await tell([{ type: 'FAIL', at: at(1), job: 'of nothing that is seen' }], { audience: 'all' })
    expect(await texts()).toEqual(['etl/loads/load failed 1 01:00'])
  })

  it('is nobody’s while no push connection takes its namespace', async () => {
    await ctx.whole.query(`update connection_state set settings = '{"namespace": "airflow"}' where key = 'etl'`)
    await tell([{ type: 'COMPLETE', at: at(1) }])
    expect(await texts()).toEqual([])
  })
})

it('heartbeats are runs of the job that the asset may name, with their message', async () => {
  const beat = (state: 'start' | 'success' | 'fail', own: object = {}) =>
    acceptHeartbeat(pusher(ctx), 'lake/raw.beats', { state, ...own }, null)
  clock.set(at(1))
  await beat('success', { rows: 3 })
  clock.set(at(2))
  await beat('start', { run: 'b' })
  clock.set(at(2) + MINUTE_MS)
  await beat('fail', { run: 'b', message: 'cannot connect' })
  await takeAll(ctx, index)
  expect(await texts()).toEqual([
    'lake/heartbeat/raw.beats completed 1 01:00 3 {raw.beats}',
    'lake/heartbeat/raw.beats failed 1 02:00 02:01 cannot connect {raw.beats}',
  ])
  clock.set(at(6))
  await sweepDue(ctx)
  expect((await spansOf(ctx, 'lake/raw.beats')).at(-1)).toBe('late/run-failed 20 05:00–')
  expect(await facts()).toEqual(['lake/raw.beats loadedAt 01:00 push:heartbeat', 'lake/raw.beats writtenAt 01:00 push:heartbeat'])
})
