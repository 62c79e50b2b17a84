import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun, type RunEnding } from '#lib/commands/runs/finish-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen } from '#lib/testing/history/state-world.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { runsOf } from '#lib/testing/runs/flow-rows.ts'
import { acceptFiles } from './accept-files.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
})
afterEach(() => database.drop())

const arrive = (...keys: string[]) =>
  acceptFiles(
    ctx,
    'prices',
    'bucket',
    keys.map((key) => ({ bucket: 'shop', key, version: '1', bytes: 1, at: clock.now(), sequencer: null, change: 'written' as const })),
  )
const pass = (ms: number) => clock.set(clock.now() + ms)
const states = async () => (await runsOf(ctx, 'prices')).map(({ trigger, state }) => `${trigger} ${state}`)
const files = async () => {
  const { rows } = await ctx.pool.query('select key, state, tries, reason from inbox_file order by key')
  return rows.map(({ key, state, tries, reason }) => `${key} ${state} ${tries}${reason === null ? '' : ` ${reason}`}`)
}

async function begin() {
  const [ready] = (await planRuns(ctx)).ready
  const run = ready === undefined ? null : await claimRun(ctx, { runId: ready.runId, owner: 'w' })
  if (run === null) throw new Error('no run is ready')
  return { run, end: (state: RunEnding['state'], problem: string | null = null) => end(run, state, problem) }
}

function end(run: { runId: string; fence: number }, state: RunEnding['state'], problem: string | null) {
  return finishRun(ctx, { runId: run.runId, fence: run.fence, state, rowsLoaded: 0, report: null, problem, internalProblem: null })
}

describe('files that wait', () => {
  it('ask for one run, however many they are and however many plan at the same time', async () => {
    await fileFlow(ctx, 'prices')
    expect((await planRuns(ctx)).ready).toEqual([])
    await arrive('a', 'b')
    await Promise.all([planRuns(ctx), planRuns(database.context(clock)), planRuns(ctx)])
    expect(await states()).toEqual(['file scheduled'])
  })

  it('ask for one more after the run that goes on, once', async () => {
    await fileFlow(ctx, 'prices')
    await arrive('a')
    const first = await begin()
    await ctx.pool.query("update inbox_file set state = 'landed'")
    await arrive('b', 'c')
    await planRuns(ctx)
    expect(await states()).toEqual(['file running'])
    pass(SECOND_MS)
    await first.end('completed')
    await planRuns(ctx)
    await planRuns(ctx)
    expect(await states()).toEqual(['file completed', 'file scheduled'])
  })

  it('are left to a run that somebody asked for, and that waits', async () => {
    await fileFlow(ctx, 'prices')
    await arrive('a')
    await requestRun(ctx, { flow: 'prices' })
    await planRuns(ctx)
    expect(await states()).toEqual(['manual scheduled'])
  })

  it('are waited for until it is quiet, but not for ever', async () => {
    await fileFlow(ctx, 'prices', { debounceMs: 2 * MINUTE_MS })
    const planned = async () => (await planRuns(ctx)).ready.length
    await arrive('a')
    pass(MINUTE_MS)
    await arrive('b')
    pass(MINUTE_MS)
    expect(await planned()).toBe(0)
    pass(MINUTE_MS)
    expect(await planned()).toBe(1)
    await ctx.pool.query('delete from run; delete from inbox_file')
    for (let n = 0; n < 19; n += 1) {
      await arrive(`c${n}`)
      pass(MINUTE_MS)
      expect(await planned()).toBe(0)
    }
    pass(MINUTE_MS)
    await arrive('last')
    expect(await planned()).toBe(1)
  })

  it('ask again at longer and longer intervals while every run fails, and at once when one has gone well', async () => {
    await fileFlow(ctx, 'prices')
    await arrive('a')
    for (const minutes of [1, 2, 4]) {
      await (await begin()).end('failed', 'The lake is down.')
      pass(minutes * MINUTE_MS - SECOND_MS)
      expect((await planRuns(ctx)).ready).toEqual([])
      pass(SECOND_MS)
    }
    await (await begin()).end('failed', 'The lake is down.')
    pass(SECOND_MS)
    expect((await planRuns(ctx)).ready).toEqual([])
    // Somebody has mended it, and tries.
    await requestRun(ctx, { flow: 'prices' })
    await (await begin()).end('partial')
    pass(SECOND_MS)
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })

  it('wait while their flow is paused', async () => {
    await fileFlow(ctx, 'prices')
    const at = clock.now()
    await openWindow(ctx, { subject: { kind: 'flow', key: 'prices' }, kind: 'paused', from: at, to: at + HOUR_MS, note: null })
    await arrive('a')
    expect((await planRuns(ctx)).ready).toEqual([])
    pass(HOUR_MS)
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })
})

describe('a flow that carries nothing over file by file', () => {
  beforeEach(() => fileFlow(ctx, 'prices', { drainsInbox: false }))

  it('takes with a run all files that wait, and they land with it', async () => {
    await arrive('a', 'b')
    const { end } = await begin()
    await arrive('c')
    expect(await files()).toEqual(['a taken 1', 'b taken 1', 'c arrived 0'])
    await end('completed')
    expect(await files()).toEqual(['a landed 1', 'b landed 1', 'c arrived 0'])
    pass(SECOND_MS)
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })

  it('tries files again whose run failed, later each time, and then they have failed with its words', async () => {
    await arrive('a')
    for (const minutes of [1, 5, 30, 120]) {
      await (await begin()).end('failed', 'The source is down.')
      expect((await files())[0]).toMatch(/^a arrived \d The source is down\.$/)
      pass(minutes * MINUTE_MS - SECOND_MS)
      expect((await planRuns(ctx)).ready).toEqual([])
      pass(SECOND_MS)
    }
    await (await begin()).end('failed', 'The source is down.')
    expect(await files()).toEqual(['a failed 5 The source is down.'])
  })

  it('takes none in a dry run', async () => {
    await arrive('a')
    const { runId } = await requestRun(ctx, { flow: 'prices', parameters: { dryRun: true } })
    await claimRun(ctx, { runId, owner: 'w' })
    expect(await files()).toEqual(['a arrived 0'])
  })
})

describe('a flow that waits for feeds', () => {
  const load = (table: string) => look(ctx, [seen(`lake/${table}`, { loadedAt: clock.now() })])

  beforeEach(async () => {
    const nightly = aDeadline({ clock: 'loadedAt' })
    await declare(ctx, [
      anAsset('terms', { feed: 'terms', policies: [nightly] }),
      anAsset('people', { feed: 'people', policies: [nightly] }),
    ])
    const { rows } = await ctx.pool.query(
      `select g.key || '/' || s.key as feed from feed f join subject s on s.id = f.subject_id join subject g on g.id = f.group_id order by s.key desc`,
    )
    const on = [{ kind: 'fresh', feeds: rows.map(({ feed }) => feed) }]
    expect(on[0]?.feeds).toHaveLength(2)
    await ctx.pool.query(`insert into flow (name, zone, "after", settings) values ('prices', 'UTC', '{}', $1)`, [
      JSON.stringify({ on, debounceMs: MINUTE_MS }),
    ])
  })

  it('runs once a day, when all of them are of today and it has been quiet', async () => {
    await load('terms')
    await planRuns(ctx)
    expect(await states()).toEqual([])
    pass(HOUR_MS)
    await load('people')
    await planRuns(ctx)
    expect(await states()).toEqual([])
    const openFrom = (from: string) =>
      ctx.pool.query(`update flow set settings = settings || '{"when": {"days": [1], "from": "${from}", "to": "14:00", "zone": "UTC"}}'`)
    await openFrom('13:30')
    pass(MINUTE_MS)
    expect((await planRuns(ctx)).ready).toEqual([])
    await openFrom('12:00')
    const { end } = await begin()
    pass(SECOND_MS)
    await end('completed')
    await ctx.pool.query("update flow set settings = settings - 'when'")
    await load('terms')
    pass(HOUR_MS)
    await planRuns(ctx)
    expect(await states()).toEqual(['fresh completed'])
    pass(DAY_MS)
    await planRuns(ctx)
    expect(await states()).toHaveLength(1)
    await load('terms')
    await load('people')
    pass(MINUTE_MS)
    await planRuns(ctx)
    expect(await states()).toEqual(['fresh completed', 'fresh scheduled'])
  })

  it('runs by how far data go once newer ones were seen that day, and not at midnight', async () => {
    const feedOf = (feed: string) => anAsset(feed, { feed, policies: [aDeadline({ clock: 'dataThroughAt' })] })
    await declare(ctx, [feedOf('terms'), feedOf('people')])
    await ctx.pool.query("update flow set removed_at = null where name = 'prices'")
    const tell = (dataThroughAt: number) => look(ctx, [seen('lake/terms', { dataThroughAt }), seen('lake/people', { dataThroughAt })])
    const runsAfterPlanning = async () => {
      pass(MINUTE_MS)
      await planRuns(ctx)
      return (await states()).length
    }
    const first = clock.now()
    await tell(first)
    expect(await runsAfterPlanning()).toBe(1)
    await ctx.pool.query("update run set state = 'completed', ended_at = $1", [new Date(clock.now())])
    // Midnight of the page is over.
    pass(17 * HOUR_MS)
    await tell(first)
    expect(await runsAfterPlanning()).toBe(1)
    await tell(clock.now())
    expect(await runsAfterPlanning()).toBe(2)
  })

  it('does not run for a feed that has left the catalogue', async () => {
    await load('terms')
    await declare(ctx, [anAsset('terms', { feed: 'terms', policies: [aDeadline({ clock: 'loadedAt' })] })])
    await ctx.pool.query("update flow set removed_at = null where name = 'prices'")
    pass(HOUR_MS)
    await planRuns(ctx)
    expect(await states()).toEqual([])
  })
})
