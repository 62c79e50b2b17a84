import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { openOrderWorld } from '#lib/testing/runs/order-world.ts'
import { getReload } from './reload-order.ts'

let database: TestDatabase
let clock: FakeClock
let ada: Context
let grace: Context
beforeEach(async () => {
  let ctx: Context
  ;({ database, clock, ctx, ada, grace } = await openOrderWorld())
  const parameters = {
    type: 'object',
    additionalProperties: false,
    properties: { replay: { type: 'string' }, dryRun: { type: 'boolean' } },
  }
  const schema = {
    properties: {
      flows: {
        properties: {
          course: { properties: { parameters } },
          seat: { properties: { parameters } },
          term: { properties: { parameters: {} } },
        },
      },
    },
  }
  await ctx.whole.query(`insert into catalogue_version (id, hash, accepted_at, document, schema) values (1, 'one', now(), '{}', $1)`, [
    schema,
  ])
})
afterEach(() => database.drop())

/** A run of a flow that puts so many keys aside. */
async function run(flow: string, aside: number, parameters: Record<string, unknown> = {}): Promise<string> {
  clock.set(clock.now() + 60_000)
  const { runId } = await requestRun(ada, { flow, parameters })
  const claimed = await claimRun(ada, { runId, owner: 'w' })
  if (claimed === null) throw new Error('it was not taken')
  await ada.whole.query(
    `insert into run_rejection (run_id, task, key, reason, at) select $1, 'load', 'k' || n, 'It does not fit.', now() from generate_series(1, $2::int) n`,
    [runId, aside],
  )
  const end = { rowsLoaded: 1, report: null, problem: null, internalProblem: null }
  await finishRun(ada, { runId, fence: claimed.fence, state: aside > 0 ? 'partial' : 'completed', ...end })
  return runId
}

const replayable = async (ctx: Context, feed: string) => (await getReload(ctx, feed)).replayable

it('what the last run of a flow put aside can be replayed, until it was', async () => {
  expect(await replayable(ada, 'courses')).toEqual([])
  const first = await run('course', 12)
  expect(await replayable(ada, 'courses')).toEqual([{ flow: 'course', runId: first, keys: 12 }])
  expect(await replayable(ada, 'seats')).toEqual([])
  const replay = await run('course', 2, { replay: first })
  expect(await replayable(ada, 'courses')).toEqual([{ flow: 'course', runId: replay, keys: 2 }])
  await run('course', 0, { replay })
  expect(await replayable(ada, 'courses')).toEqual([])
})

it('a dry run puts nothing aside, and while a run goes on nothing is offered', async () => {
  const first = await run('course', 3)
  await run('course', 7, { dryRun: true })
  expect(await replayable(ada, 'courses')).toEqual([{ flow: 'course', runId: first, keys: 3 }])
  clock.set(clock.now() + 60_000)
  const { runId } = await requestRun(ada, { flow: 'course' })
  await claimRun(ada, { runId, owner: 'w' })
  expect(await replayable(ada, 'courses')).toEqual([])
})

it('a flow that takes no replay offers none, nor does one that its reader does not see', async () => {
  await run('term', 4)
  expect(await replayable(ada, 'terms')).toEqual([])
  const seat = await run('seat', 4)
  expect(await replayable(grace, 'seats')).toEqual([{ flow: 'seat', runId: seat, keys: 4 }])
  await run('course', 4)
  expect([await replayable(ada, 'courses'), await replayable(grace, 'courses')]).toMatchObject([[{ keys: 4 }], []])
})

it('a replay is an order of the feed: pressed again it is joined, other parameters are refused', async () => {
  const first = await run('course', 5)
  clock.set(clock.now() + 60_000)
  const replay = await requestRun(ada, { flow: 'course', parameters: { replay: first } })
  const cleo = asActor(ada, person({ id: 'c', name: 'Cleo', role: 'engineer', audience: null }))
  expect((await getReload(cleo, 'courses')).order).toMatchObject({ state: 'open', orderedBy: 'Ada' })
  expect(await requestRun(cleo, { flow: 'course', parameters: { replay: first } })).toMatchObject({ runId: replay.runId, isJoined: true })
  await expect(requestRun(cleo, { flow: 'course' })).rejects.toMatchObject({ code: 'conflict', feedKey: 'courses' })
})
