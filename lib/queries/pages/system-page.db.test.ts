import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { measureStorage } from '#lib/commands/status/measure-storage.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { noteHeartbeat, noteStopped } from '#lib/db/runs/workers.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { getSystemPage } from './system-page.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const clock = new FakeClock(NOON)
let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
})
afterAll(() => database.drop())
afterEach(() => clock.set(NOON))

const value = async <K extends 'workers' | 'work' | 'storage' | 'migrations' | 'postgres'>(key: K) => {
  const told = (await getSystemPage(ctx))[key]
  if (!told.ok) throw new Error(told.words)
  return told.value as Extract<Awaited<ReturnType<typeof getSystemPage>>[K], { ok: true }>['value']
}

describe('the page of the system', () => {
  it('tells the versions, and the last migration', async () => {
    const page = await getSystemPage(ctx)
    expect([page.tidemark, page.node]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/), process.version])
    expect(await value('postgres')).toMatch(/^\d+/)
    const { count, last } = await value('migrations')
    expect(count).toBeGreaterThan(10)
    expect(last).toMatch(/^\d{14}_/)
  })

  it('tells of each worker when it was last heard of, and whether it works, fell silent or stopped', async () => {
    const beat = { startedAt: NOON - HOUR_MS, at: NOON, detail: { version: '1.2.3', node: 'v24.0.0', runs: ['a', 'b'] } }
    await noteHeartbeat(ctx.whole, { id: 'alive', ...beat })
    await noteHeartbeat(ctx.whole, { id: 'silent', ...beat, at: NOON - 2 * MINUTE_MS })
    await noteHeartbeat(ctx.whole, { id: 'old', ...beat, detail: { pid: 1 } })
    await noteStopped(ctx.whole, 'old', NOON - MINUTE_MS)
    expect((await value('workers')).map(({ id, state, version, runs }) => [id, state, version, runs])).toEqual([
      ['alive', 'working', '1.2.3', 2],
      ['silent', 'silent', '1.2.3', 0],
      ['old', 'stopped', null, 0],
    ])
  })

  it('counts what is under way, also where there is no queue yet', async () => {
    await insertFlow(ctx, { name: 'term', cron: '0 2 * * *' })
    const add = (state: string, at: number) =>
      ctx.whole.query(
        `insert into run (id, flow, trigger, scheduled_for, created_at, state) values (gen_random_uuid(), 'term', 'schedule', $1, $1, $2)`,
        [new Date(at), state],
      )
    await add('running', NOON - 3)
    await add('scheduled', NOON - 2)
    await add('scheduled', NOON + HOUR_MS)
    expect(await value('work')).toEqual({ running: 1, waiting: 1, queued: [], messagesWaiting: 0, messagesGivenUp: 0 })
  })

  it('tells how large each table is, and from the second day on how it has grown', async () => {
    const first = await value('storage')
    expect(first.grownSince).toBeNull()
    expect(first.tables.map(({ table }) => table)).toContain('run_log')
    expect(first.tables[0]?.grown).toBeNull()
    await measureStorage(ctx)
    await ctx.whole.query(`insert into setting select 'large-' || n, to_jsonb(repeat(md5(n::text), 100)) from generate_series(1, 400) n`)
    clock.set(NOON + DAY_MS)
    const second = await value('storage')
    expect(second.grownSince).toBe('2026-11-20')
    const grown = Object.fromEntries(second.tables.map((one) => [one.table, one.grown]))
    expect(grown['setting']).toBeGreaterThan(10_000)
    expect(grown['run_log']).toBe(0)
    await measureStorage(ctx)
    clock.set(NOON + 9 * DAY_MS)
    expect((await value('storage')).grownSince).toBe('2026-11-21')
  })

  it('says how to have statements measured where they are not', async () => {
    const { slowest } = await getSystemPage(ctx)
    expect(slowest).toEqual({ ok: false, words: expect.stringContaining('pg_stat_statements') })
  })
})

describe('where the database account may read little', () => {
  it('is words, part by part, and no error', async () => {
    const role = `reader_${process.pid}`
    await ctx.whole.query(`create role ${role} login password 'reader'`)
    await ctx.whole.query(
      `grant select on setting, connection_state, catalogue_state, catalogue_version, worker_state, blind, incident to ${role}`,
    )
    const url = new URL(database.url)
    url.username = role
    url.password = 'reader'
    const poor = createContext({ url: url.href, actor: atTerminal(null), clock, log: silentLog, connections: 2 })
    try {
      const page = await getSystemPage(poor)
      expect(page.work).toEqual({ ok: false, words: 'The account of DATABASE_URL may not read what is under way.' })
      expect(page.migrations).toEqual({ ok: false, words: 'The account of DATABASE_URL may not read the migrations.' })
      expect([page.workers.ok, page.postgres.ok, page.storage.ok]).toEqual([true, true, true])
    } finally {
      await closeContext(poor)
      await ctx.whole.query(`drop owned by ${role}`)
      await ctx.whole.query(`drop role ${role}`)
    }
  })
})
