import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import type { Context } from '#lib/db/context.ts'
import type { FileEvent } from '#lib/domain/files/file-event.ts'
import type { InboxFile, LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { defineFlow, type FlowContext } from '#lib/engine/flow.ts'
import { drainInbox } from '#lib/engine/inbox/drain-inbox.ts'
import type { FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import { openLake } from '#lib/engine/lake/lake.ts'
import { runFlow } from '#lib/engine/run/run-flow.ts'
import { silentLog } from '#lib/platform/log.ts'
import { deferred, type FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { MemoryLedger } from '#lib/testing/runs/memory-ledger.ts'
import { acceptFiles } from './accept-files.ts'
import { runInbox } from './run-inbox.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  await fileFlow(ctx, 'prices')
  await ctx.pool.query('create table landed_file (name text primary key); create table landed (name text, line int, text text)')
})
afterAll(() => database.drop())

const event = (key: string, version: string, sequencer: string, change: FileEvent['change'] = 'written'): FileEvent => {
  return { bucket: 'shop', key, version: change === 'written' ? version : null, bytes: 1, at: null, sequencer, change }
}

/** What happens in the bucket: `b` is written over before anybody reads it, `d` is taken away. */
const HISTORY = [
  event('a', '1', '0A'),
  event('b', '1', '0A'),
  event('b', '2', '0A01'),
  event('c', '1', '0B'),
  event('d', '1', '0A'),
  event('d', '1', '0C', 'removed'),
  event('e', '1', '0D'),
]
/** What can be read now. */
const STORE: Record<string, string[]> = { 'a 1': ['a one', 'a two'], 'b 2': ['b new'], 'c 1': [], 'e 1': ['e one', 'e two', 'e three'] }
const LINES = Object.entries(STORE)
  .flatMap(([name, lines]) => lines.map((text, line) => `${name}:${line} ${text}`))
  .sort()

class Killed extends Error {}

/** Where a worker dies, or freezes until the one who takes over is done: at the n-th thing it does to the outside. */
class Fate {
  readonly woken = deferred()
  readonly struck = deferred()
  #done = 0
  readonly #at: number
  readonly #freezes: boolean

  constructor(at: number, freezes: boolean) {
    this.#at = at
    this.#freezes = freezes
  }

  async step(): Promise<void> {
    this.#done += 1
    if (this.#done < this.#at) return
    this.struck.resolve()
    if (!this.#freezes) throw new Killed('killed')
    if (this.#done === this.#at) await this.woken.promise
  }
}

/** The inbox of a worker that may die before or after anything it says. */
function mortal(inbox: FlowInbox, fate: Fate): FlowInbox {
  const between = <A extends unknown[], T>(work: (...given: A) => Promise<T>) => {
    return async (...given: A): Promise<T> => {
      await fate.step()
      const result = await work(...given)
      await fate.step()
      return result
    }
  }
  return {
    take: between(inbox.take),
    settle: between(inbox.settle),
    giveBack: between(inbox.giveBack),
    countWaiting: inbox.countWaiting,
    landAgain: inbox.landAgain,
    earlier: inbox.earlier,
  }
}

async function land(flow: FlowContext<unknown>, { key, version }: InboxFile, fate: Fate): Promise<LandedCounts> {
  const name = `${key} ${version}`
  const lines = STORE[name]
  if (lines === undefined) throw new TidemarkError('not-found', { publicMessage: 'It is no longer there.', lasting: 'gone' })
  await flow.lake.once('land', name, async (sql) => {
    const { rowCount } = await sql.query('insert into landed_file values ($1) on conflict do nothing', [name])
    if (rowCount === 1)
      await sql.query('insert into landed select $1, n - 1, x from unnest($2::text[]) with ordinality t(x, n)', [name, lines])
    await fate.step()
    return null
  })
  await fate.step()
  return { rows: lines.length, rejected: 0, bytes: 1, encoding: 'utf-8', changedBytes: 0 }
}

async function work(own: Context, run: ClaimedRun, fate: Fate): Promise<void> {
  const flow = defineFlow({
    ...{ schedule: '', timezone: 'UTC', reads: [], writes: [], connections: [], parameters: z.unknown(), timeoutMs: DAY_MS },
    run: (context) => drainInbox(context, (file) => land(context, file, fate)),
  })
  const lease = { held: true }
  const end = await runFlow(
    { ...run, flow },
    {
      ...{ clock, random: () => 0, log: silentLog, ledger: new MemoryLedger(), signal: new AbortController().signal },
      openLake: (signal) =>
        openLake({ ...run, url: database.url, clock, log: silentLog, signal, connections: 3, assertHeld: () => lease.held }),
      extract: () => Promise.reject(new Error('nothing is extracted')) as never,
      deliver: () => Promise.reject(new Error('nothing is delivered')),
      openFile: () => Promise.reject(new Error('not opened')),
      copyFile: () => Promise.reject(new Error('not copied')),
      write: () => Promise.reject(new Error('not written')),
      buildIndex: () => Promise.reject(new Error('nothing is indexed')),
      inbox: mortal(runInbox(own, run), fate),
    },
  )
  await fate.step()
  if (end.state === 'fenced' || end.state === 'handed-back') return
  await finishRun(own, { ...end, state: end.state, runId: run.runId, fence: run.fence })
}

/** Two workers that both want every run; whoever gets the first one is struck at its n-th step. */
async function carryOver(strikeAt: number, freezes: boolean): Promise<void> {
  const fate = new Fate(strikeAt, freezes)
  const workers = [database.context(clock), database.context(clock)]
  let first: Promise<void> | null = null
  for (let round = 0; round < 12; round += 1) {
    const { ready } = await planRuns(ctx)
    const claims = await Promise.all(
      ready.flatMap(({ runId }) => workers.map(async (own, n) => ({ own, run: await claimRun(own, { runId, owner: `worker ${n}` }) }))),
    )
    const claimed = claims.flatMap(({ own, run }) => (run === null ? [] : [{ own, run }]))
    expect(claimed.length).toBeLessThanOrEqual(1)
    for (const { own, run } of claimed) {
      if (first !== null) await work(own, run, new Fate(Infinity, false))
      else {
        first = work(own, run, fate).catch(() => {})
        await Promise.race([first, fate.struck.promise])
      }
    }
    // What was struck is known when its lease has run out.
    clock.set(clock.now() + 5 * MINUTE_MS)
    await releaseLostRuns(ctx)
  }
  fate.woken.resolve()
  let isOver = first === null
  void first?.then(() => {
    isOver = true
  })
  // One that wakes without its connections waits a while before it tries again.
  while (!isOver) {
    await clock.advance(MINUTE_MS)
    await turns()
  }
}

const filesNow = async () => {
  const { rows } = await ctx.pool.query(
    "select key || ' ' || version || ' ' || state as file from inbox_file where version not like '~%' order by 1",
  )
  return rows.map(({ file }) => file)
}

async function begin(seed: number): Promise<void> {
  await ctx.pool.query('delete from inbox_file; delete from landed; delete from landed_file')
  const told = Array.from({ length: 5 }, () => HISTORY).flat()
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(told, { minLength: told.length }), { seed, numRuns: 1 })
  for (let at = 0; at < shuffled.length; at += 8) await acceptFiles(ctx, 'prices', 'bucket', shuffled.slice(at, at + 8))
}

it.each(Array.from({ length: 20 }, (_, n) => [n + 1, n % 2 === 0] as const))(
  'of files told five times in any order each line lands once, with a worker of two struck at step %i (frozen: %s)',
  async (strikeAt, freezes) => {
    const begunAt = new Date(clock.now())
    await begin(strikeAt)
    await carryOver(strikeAt, freezes)
    const { rows } = await ctx.pool.query("select name || ':' || line || ' ' || text as line from landed order by 1")
    expect(rows.map(({ line }) => line).sort()).toEqual(LINES)
    expect(await filesNow()).toEqual(['a 1 landed', 'b 1 gone', 'b 2 landed', 'c 1 landed', 'd 1 gone', 'e 1 landed'])
    const { rows: counted } = await ctx.pool.query('select sum(rows_loaded)::int as rows from run where created_at >= $1', [begunAt])
    expect(counted).toEqual([{ rows: LINES.length }])
    // Told once more when all is over: nothing comes of it.
    await acceptFiles(ctx, 'prices', 'bucket', HISTORY)
    expect((await planRuns(ctx)).ready).toEqual([])
  },
)
