import { afterAll, beforeEach, expect, it } from 'vitest'
import { planReload } from '#lib/commands/orders/plan-reload.ts'
import { asActor } from '#lib/db/context.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { PretendScheduler } from '#lib/testing/connectors/pretend-scheduler.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { openJobOrderWorld } from '#lib/testing/runs/job-order-world.ts'
import { turn } from '#lib/testing/runs/order-world.ts'
import { getOrder, getOrdersOfRun, getReload } from './reload-order.ts'
import { getRunList } from './run-list.ts'

const world = await openJobOrderWorld()
const { clock, ctx, ada, grace, ask, askLater, order, stepOf, theRun } = world
let etl: PretendScheduler

beforeEach(async () => {
  etl = await world.beginAnew()
})
afterAll(() => world.database.drop())

it('the order, its person and its reason are told at the run of the other system, to who sees the feed', async () => {
  const id = await order(grace)
  await ask()
  const run = (await stepOf(id))?.external?.id ?? ''
  expect(await getOrdersOfRun(grace, run)).toMatchObject([{ by: 'Grace', reason: 'SAP is back', feedKey: 'courses' }])
  const { underWay } = await getRunList(grace, { flow: null, system: 'etl', state: null, before: null })
  expect(underWay).toMatchObject([{ id: run, orderReason: 'SAP is back' }])
  // Whoever does not see all that a job writes learns only that there is a step.
  await ctx.whole.query("update asset set job = 'etl/courses' where subject_id = 21")
  expect((await getOrder(grace, id))?.steps).toMatchObject([{ flow: null, job: null, external: null, state: 'running' }])
  expect((await planReload(grace, 'courses'))?.steps).toMatchObject([{ flow: null, job: null, writes: [] }])
  await ctx.whole.query('update asset set job = null where subject_id = 21')
})

it('a job is called as its system calls it in plan, order and list, to who sees it', async () => {
  await ctx.whole.query("insert into external_job values ('etl', 'courses', 'Load the courses'), ('looker', 'pdt', 'Board tables')")
  await turn(ctx, 'stale', 24)
  const called = { job: 'etl/courses', jobName: 'Load the courses' }
  expect(await planReload(ada, 'courses')).toMatchObject({
    steps: [called],
    goodAgain: { because: expect.stringContaining('no run of Load the courses (etl/courses) has succeeded yet') },
  })
  expect(await planReload(ada, 'board')).toMatchObject({ elsewhere: [{ job: 'looker/pdt', jobName: 'Board tables' }] })
  const id = await order()
  await ask()
  expect((await getOrder(grace, id))?.steps).toMatchObject([{ ...called, external: { job: 'courses', jobName: 'Load the courses' } }])
  expect((await getRunList(grace, { flow: null, system: 'etl', state: null, before: null })).underWay).toMatchObject([
    { jobName: 'Load the courses' },
  ])
  etl.begin(theRun())
  await askLater(24 * 60 * MINUTE_MS)
  expect((await getOrder(grace, id))?.steps).toMatchObject([
    { problem: expect.stringMatching(/^The run of Load the courses \(etl\/courses\) has not ended/) },
  ])
  await ctx.whole.query("update asset set job = 'etl/courses' where subject_id = 21")
  expect((await getOrder(grace, id))?.steps).toMatchObject([{ job: null, jobName: null }])
  expect((await planReload(grace, 'courses'))?.steps).toMatchObject([{ job: null, jobName: null }])
  await ctx.whole.query('update asset set job = null where subject_id = 21; delete from external_job')
})

it('an order of a job tells when it will be done, as far as its runs tell, unless its system cannot be asked', async () => {
  await ctx.whole.query(`
    insert into external_run (connection_key, job, external_id, state, placed_at, started_at, ended_at, told_by, told_at)
    select 'etl', 'courses', 'p' || i, 'completed', t, t, t + interval '10 minutes', 'connection:etl', t from generate_series(1, 3) i, lateral (select '2026-11-10'::timestamptz + i * interval '1 hour') x(t)`)
  expect(await planReload(ada, 'courses')).toMatchObject({ goodAgain: { kind: 'by', lastsMs: 600_000 }, steps: [{ usualMs: 600_000 }] })
  const id = await order()
  await ask()
  etl.begin(theRun())
  const begunAt = clock.now()
  await askLater()
  expect((await getOrder(ada, id))?.expectedAt).toBe(begunAt + 10 * MINUTE_MS)
  etl.patience = 0
  await askLater()
  expect((await getOrder(ada, id))?.expectedAt).toBeNull()
})

it('of a job that can be started nobody is told otherwise, also who sees nothing else of its connection', async () => {
  const viewer = asActor(ctx, person({ id: 'v', name: 'Vic', role: 'viewer', audience: 'records' }))
  expect((await viewer.pool.query('select key from connection_state order by key')).rows).toEqual([{ key: 'lake' }, { key: 'looker' }])
  expect(await getReload(viewer, 'courses')).toMatchObject({ refusal: 'role', elsewhere: [] })
})

it('of a job that nobody can start from here is told whom to ask, and where', async () => {
  await ctx.whole.query(`
    insert into external_run (connection_key, job, external_id, state, placed_at, url, told_by, told_at)
    values ('looker', 'pdt', '1', 'failed', now(), 'https://looker.example.edu/pdts/1', 'connection:looker', now())`)
  const there = {
    job: 'looker/pdt',
    isOwn: true,
    writes: [{ key: 'looker/board', name: 'board' }],
    owner: 'board@example.edu',
    url: 'https://looker.example.edu/pdts/1',
  }
  expect(await planReload(ada, 'board')).toMatchObject({ steps: [], elsewhere: [there], watched: [] })
  expect(await getReload(asActor(ctx, visitor()), 'board')).toMatchObject({ refusal: 'only-watched', elsewhere: [there] })
  expect(await getReload(asActor(ctx, visitor()), 'courses')).toMatchObject({ refusal: 'sign-in', elsewhere: [] })
  await expect(order(ada, 'board')).rejects.toMatchObject({
    publicMessage:
      'Board is loaded by a job of another system that Tidemark cannot start: somebody has to start it there. Ask board@example.edu.',
  })
  await ctx.whole.query(edgesInSql([24, 22]))
  await turn(ctx, 'stale', 24)
  expect(await planReload(ada, 'courses')).toMatchObject({ steps: [{ job: 'etl/courses' }], elsewhere: [{ ...there, isOwn: false }] })
  await ctx.whole.query('delete from lineage_edge where upstream_id = 24')
})
