import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { noteHeartbeat } from '#lib/db/runs/workers.ts'
import { putSetting } from '#lib/db/settings.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { getHealth } from './health.ts'

const NOW = Date.parse('2026-11-29T06:00:00Z')

let db: TestDatabase
let ctx: Context
let clock: FakeClock

beforeEach(async () => {
  db = await createTestDatabase()
  clock = new FakeClock(NOW)
  ctx = db.context(clock)
})

afterEach(() => db.drop())

/** The same database, with a pool that answers as told. */
function answering(query: () => Promise<unknown>): Context {
  return { ...ctx, pool: Object.assign(Object.create(ctx.pool), { query }) }
}

async function beat(detail: Record<string, unknown>): Promise<void> {
  await noteHeartbeat(ctx.whole, { id: 'w', startedAt: NOW, at: NOW, detail })
}

describe('the health of the database', () => {
  test('is good when it answers and a worker is there', async () => {
    await beat({ trouble: null })
    expect(await getHealth(ctx)).toMatchObject({ ok: true, database: { ok: true, problem: null }, worker: { ok: true } })
  })

  test('is known to be bad within three seconds when it says nothing at all', async () => {
    const asked = getHealth(answering(() => new Promise(() => {})))
    await turns()
    await clock.advance(3000)
    const { ok, database } = await asked
    expect({ ok, database }).toEqual({
      ok: false,
      database: { ok: false, problem: 'The database has not answered for 3 s: it is frozen, overloaded or cut off.' },
    })
  })

  test.each([
    ['53300', 'All connections of the database server are in use: it lets nobody else in.'],
    ['57P03', 'The database is starting or stopping.'],
    ['ECONNREFUSED', 'Nothing answers at the address of the database.'],
    ['XX000', 'The database cannot be asked.'],
  ])('says why it lets nobody in: %s', async (code, problem) => {
    const health = await getHealth(answering(() => Promise.reject(Object.assign(new Error('no'), { code }))))
    expect(health).toMatchObject({ ok: false, database: { ok: false, problem } })
  })

  test('says that all connections are in use although its own one still works', async () => {
    await beat({})
    const { rows } = await ctx.pool.query("select current_setting('max_connections')::int as max")
    const full = answering(async () => {
      const signs = { aliveAt: NOW, lastSeenAt: NOW, acceptedAt: null, problems: 0, dueAt: null, checkingSince: null, trouble: null }
      return { rows: [{ ...signs, connections: rows[0]?.max, connectionsMax: rows[0]?.max - 3 }] }
    })
    expect(await getHealth(full)).toMatchObject({
      ok: false,
      database: { ok: false, problem: expect.stringContaining('All connections of the database server are in use') },
    })
  })

  test('says that the disk is full when a worker was refused for it, for as long as it is heard of', async () => {
    await beat({ trouble: { kind: 'disk-full', at: NOW } })
    const problem = 'The disk of the database server is full: nothing new can be written.'
    expect(await getHealth(ctx)).toMatchObject({ ok: false, database: { ok: false, problem } })
    await beat({ trouble: null })
    expect(await getHealth(ctx)).toMatchObject({ ok: true, database: { ok: true, problem: null } })
  })

  test('says so when this very process was refused for it', async () => {
    await beat({})
    const own = createContext({ url: db.url, actor: atTerminal(null), clock, log: silentLog })
    const refusal = `do $$ begin raise exception 'could not extend file "base/1/2": No space left on device' using errcode = '53100'; end $$`
    await expect(own.pool.query(refusal)).rejects.toThrow('No space left')
    expect((await getHealth(own)).database.problem).toContain('disk')
    clock.set(NOW + 61_000)
    await noteHeartbeat(ctx.whole, { id: 'w', startedAt: NOW, at: clock.now(), detail: {} })
    expect((await getHealth(own)).database.problem).toBeNull()
    await closeContext(own)
  })
})

test('a check of the catalogue that takes longer than three seconds is said', async () => {
  await beat({})
  await putSetting(ctx.pool, 'catalogue-check', { since: NOW })
  expect((await getHealth(ctx)).catalogue.state).toBe('none')
  clock.set(NOW + 3001)
  expect((await getHealth(ctx)).catalogue.state).toBe('checking')
  await putSetting(ctx.pool, 'catalogue-check', { since: null })
  expect((await getHealth(ctx)).catalogue.state).toBe('none')
})
