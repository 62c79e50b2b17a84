import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'
import { toProblem } from './problems.ts'
import { SqlApi } from './sql-api.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

const SQL = 'select * from raw.orders limit 25'
const ask = (settings: Record<string, unknown> = {}) => new SqlApi(world.connection(settings)).records({ sql: SQL })
const problemOf = async (settings: Record<string, unknown> = {}): Promise<unknown> => ask(settings).catch((error: unknown) => error)

describe('a statement', () => {
  it('says what it is for, runs in UTC, and is asked after until it is done, less and less often', async () => {
    world.standIn.control.pendingPolls = 8
    expect(await ask()).toHaveLength(25)
    expect(world.standIn.control.statements).toMatchObject([{ sql: SQL, tag: 'tidemark snow', timezone: 'UTC', state: 'done' }])
    expect(world.clock.waits).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  })

  it('comes in parts, each taken whole', async () => {
    world.standIn.control.rowsPerPartition = 10
    expect((await ask()).map(({ ID }) => ID)).toEqual(Array.from({ length: 25 }, (_, i) => String(i + 1)))
  })

  it('of which a part is cut off is refused', async () => {
    world.standIn.control.rowsPerPartition = 10
    world.standIn.control.fault('cut-partition')
    expect(await problemOf()).toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('9 rows instead of 10') })
  })

  it('that hangs is ended by Snowflake after its time', async () => {
    world.standIn.control.isHanging = true
    expect(await problemOf({ statementTimeout: '10s' })).toMatchObject({ code: 'timeout', status: 408, retryable: true })
  })

  it('that Snowflake does not end either is cancelled from here', async () => {
    world.standIn.control.isHanging = true
    // Their clock stands still for this statement.
    Object.defineProperty(world.standIn.control, 'now', { value: () => Date.parse('2026-11-20T07:00:00Z') })
    expect(await problemOf({ statementTimeout: '10s' })).toMatchObject({
      code: 'timeout',
      publicMessage: expect.stringContaining('after 40 s'),
    })
    expect(world.standIn.control.statements).toMatchObject([{ state: 'cancelled' }])
  })

  it('that nobody waits for any more is cancelled', async () => {
    const { control } = world.standIn
    control.isHanging = true
    control.perMinute = Number.POSITIVE_INFINITY
    const work = new AbortController()
    const asked = new SqlApi(world.connection({ statementTimeout: '10h' }, work.signal)).records({ sql: SQL })
    const ended = asked.catch((error: unknown) => error)
    while (world.clock.waits.length === 0) await nextTurn()
    work.abort()
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect(control.statements).toMatchObject([{ state: 'cancelled' }])
  })

  it('that Snowflake answers with 200 and an error is an error', async () => {
    world.standIn.control.fault('error-in-200')
    expect(await problemOf()).toMatchObject({
      code: 'refused',
      systemWide: false,
      publicMessage: expect.stringContaining('could not carry it out'),
    })
  })

  it('to which a web page answers is refused', async () => {
    world.standIn.control.fault('html-page')
    expect(await problemOf()).toMatchObject({ publicMessage: expect.stringContaining('web page') })
  })
})

describe('a busy Snowflake', () => {
  it('is asked again when it says so, and carries a statement out once', async () => {
    world.standIn.control.fault('busy', 2)
    expect(await ask()).toHaveLength(25)
    expect(world.clock.waits).toEqual([5000, 5000])
    expect(world.standIn.control.statements).toHaveLength(1)
  })

  it('that says no time, or 503, is asked again a little later, and left after the third time', async () => {
    world.standIn.control.fault('busy-without-word', 1)
    expect(await ask()).toHaveLength(25)
    world.standIn.control.fault('unavailable', 2)
    expect(await ask()).toHaveLength(25)
    world.standIn.control.fault('unavailable')
    expect(await problemOf()).toMatchObject({ code: 'unavailable', status: 503, systemWide: true, retryable: true })
  })

  it('is asked no more often than it may be', async () => {
    world.standIn.control.perMinute = 10
    const all = await Promise.all(Array.from({ length: 8 }, () => ask()))
    expect(all.map((rows) => rows.length)).toEqual(Array(8).fill(25))
    expect(world.clock.waits.some((ms) => ms > 50 * SECOND_MS)).toBe(true)
  })
})

describe('the key', () => {
  it('is tried first, and the next one when the first is refused', async () => {
    const { known, keys } = world.standIn
    for (const which of ['both', 'first', 'second'] as const) {
      known.keys = which
      expect(await ask({ nextPrivateKey: keys.second })).toHaveLength(25)
    }
    known.keys = 'second'
    expect(await problemOf()).toMatchObject({ status: 401, publicMessage: expect.stringContaining('RSA_PUBLIC_KEY_FP') })
    expect(await problemOf({ privateKey: keys.stranger, nextPrivateKey: keys.first })).toMatchObject({ status: 401, systemWide: true })
  })

  it('signs again before a token ends', async () => {
    const api = new SqlApi(world.connection())
    for (let i = 0; i < 4; i += 1) {
      expect(await api.records({ sql: SQL })).toHaveLength(25)
      world.clock.set(world.clock.now() + HOUR_MS - MINUTE_MS)
    }
  })

  it('gets in with a clock that is a little off, and is told of one that is far off', async () => {
    const { control } = world.standIn
    for (const ahead of [-55 * SECOND_MS, 55 * SECOND_MS, 0]) {
      control.clockAheadMs = ahead
      expect(await ask()).toHaveLength(25)
    }
    for (const ahead of [-10 * MINUTE_MS, 2 * HOUR_MS]) {
      control.clockAheadMs = ahead
      expect(await problemOf()).toMatchObject({ status: 401, publicMessage: expect.stringContaining('clock of this machine') })
    }
  })

  it('of another user, or that is none, does not get in', async () => {
    expect(await problemOf({ user: 'somebody' })).toMatchObject({ status: 401 })
    expect(await problemOf({ account: 'other-one' })).toMatchObject({ status: 401 })
    expect(await problemOf({ privateKey: 'not a key' })).toMatchObject({
      code: 'invalid',
      publicMessage: expect.stringContaining('privateKey'),
    })
  })

  it('may be an access token', async () => {
    expect(await ask({ token: world.standIn.accessToken, user: undefined })).toHaveLength(25)
    expect(await problemOf({ token: 'another' })).toMatchObject({ status: 401, systemWide: true })
  })
})

describe('what Snowflake refuses', () => {
  it.each([
    ['network-policy', 'network policy'],
    ['suspended', 'suspended'],
    ['quota', 'resource monitor'],
  ] as const)('for everybody (%s) is said with its remedy', async (fault, words) => {
    world.standIn.control.fault(fault)
    expect(await problemOf()).toMatchObject({ code: 'refused', systemWide: true, publicMessage: expect.stringContaining(words) })
  })

  it('to a role or without a warehouse is said with its remedy', async () => {
    expect(await problemOf({ role: 'nobody' })).toMatchObject({ systemWide: true, publicMessage: expect.stringContaining('GRANT ROLE') })
    expect(await problemOf({ warehouse: 'other' })).toMatchObject({
      systemWide: true,
      publicMessage: expect.stringContaining('no warehouse'),
    })
  })

  it.each([
    ['000904', '42000', "invalid identifier 'EXPIRED_AT'", 'gone'],
    ['002003', '42S02', "Object 'RAW.ACCOUNT_LOCKED' does not exist or not authorized.", 'refused'],
    ['001003', '42000', "syntax error line 1 at position 9 unexpected 'expired'.", undefined],
    ['100035', '22007', "Timestamp 'role is not granted' is not recognized", undefined],
  ])('as %s says nothing about the connection, whatever it quotes', (code, sqlState, message, lasting) => {
    expect(toProblem('Snowflake (snow)', 422, { code, sqlState, message })).toMatchObject({ systemWide: false, lasting })
  })

  it('of one statement is that statement’s own', async () => {
    const api = new SqlApi(world.connection())
    const problem = (sql: string) => api.records({ sql }).catch((error: unknown) => error)
    expect(await problem('select * from raw.nothing limit 1')).toMatchObject({ systemWide: false, lasting: 'refused' })
    expect(await problem('select 1; select 2')).toMatchObject({
      systemWide: false,
      publicMessage: expect.stringContaining('one statement'),
    })
    expect(await problem('delete from raw.orders')).toMatchObject({
      systemWide: false,
      publicMessage: expect.stringContaining('does not understand'),
    })
  })
})
