import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { claimSecondProbes } from '#lib/commands/probes/claim-probe.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import { listDueConnections } from '#lib/db/catalogue/connections.ts'
import type { Context } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { deferred, FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testConnector, testServices } from '#lib/testing/runs/job-services.ts'
import probeConnection from './probe-connection.ts'

const NOW = '2026-03-01T07:00:00Z'
let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(NOW)
  ctx = database.context(clock)
  await ctx.pool.query("insert into connection_state (key, kind, probe_every_ms, next_probe_at) values ('db', 'test', 60000, $1)", [
    new Date(clock.now()),
  ])
  const document = { connections: { db: { kind: 'test', probe: '1m', address: 'postgres://${NAME}' } } }
  await ctx.pool.query("insert into catalogue_version (accepted_at, hash, document, schema) values ($1, 'h', $2, '{}')", [
    new Date(clock.now()),
    document,
  ])
  await ctx.pool.query(`
    insert into subject (id, kind, key, name, created_at) values (1, 'group', 'g', 'G', '2026-01-01'), (2, 'feed', 'f', 'F', '2026-01-01'), (3, 'asset', 'db/t', 'T', '2026-01-01');
    insert into feed (subject_id, group_id) values (2, 1);
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (3, 2, 'table', 'db', 't')`)
})
afterEach(() => database.drop())

const seen: Observation = {
  ok: true,
  assetKey: 'db/t',
  readings: [{ clock: 'writtenAt', at: Date.parse('2026-03-01T06:00:00Z'), precision: 'instant' }],
  rows: 5,
  evidence: { method: 'column', strength: 'strong', detail: 'max(loaded_at)', costMs: 1 },
  state: null,
  warnings: [],
}
const lookup = (name: string) => (name === 'NAME' ? 'server' : undefined)
const probe = (services: JobServices) => probeConnection.run(services, { connection: 'db', isAlive: true })
const connection = async () => (await ctx.pool.query('select * from connection_state')).rows[0]
const arrivals = async () => (await ctx.pool.query('select clock, at from arrival')).rows

describe('a probe', () => {
  it('records what it sees, with its secrets resolved, and plans the next probe', async () => {
    const addresses: string[] = []
    const connectors = testConnector(async function* (open, assets) {
      addresses.push(open.settings.address, ...assets.map((asset) => asset.path))
      yield seen
    })
    await probe(testServices(ctx, { connectors, lookup }))
    expect(addresses).toEqual(['postgres://server', 't'])
    expect(await arrivals()).toEqual([{ clock: 'writtenAt', at: new Date('2026-03-01T06:00:00Z') }])
    expect(await connection()).toMatchObject({ failures: 0, next_probe_at: new Date('2026-03-01T07:01:00Z'), ok_at: new Date(NOW) })
  })

  it('happens once, however many are woken for it', async () => {
    let probes = 0
    const connectors = testConnector(async function* () {
      probes++
      yield seen
    })
    const other = database.context(clock)
    await Promise.all([ctx, other, ctx, other].map((c) => probe(testServices(c, { connectors, lookup }))))
    expect(probes).toBe(1)
  })

  it('that cannot get in is a failure of the connection, in words', async () => {
    const connectors = testConnector(async function* () {
      yield* []
      throw new TidemarkError('unavailable', { publicMessage: 'Nobody answers at the address.' })
    })
    await probe(testServices(ctx, { connectors, lookup }))
    expect(await connection()).toMatchObject({ failures: 1, problem: 'Nobody answers at the address.' })
  })

  it('without its secret is a failure that names it and shows no value', async () => {
    const connectors = testConnector(async function* () {
      yield seen
    })
    await probe(testServices(ctx, { connectors, lookup: () => undefined }))
    expect((await connection()).problem).toContain('NAME')
  })

  it('keeps what it saw before it broke', async () => {
    const connectors = testConnector(async function* () {
      yield seen
      throw new TidemarkError('unavailable', { publicMessage: 'The connection was cut.' })
    })
    await probe(testServices(ctx, { connectors, lookup }))
    expect(await arrivals()).toHaveLength(1)
    expect((await connection()).problem).toBe('The connection was cut.')
  })

  it('slows down after three failures in a row, and is quick again after a good probe', async () => {
    let works = false
    const connectors = testConnector(async function* () {
      if (!works) throw new TidemarkError('unavailable', { publicMessage: 'Down.' })
      yield seen
    })
    const waits: number[] = []
    for (const round of [1, 2, 3, 4, 5, 6]) {
      works = round === 6
      const startedAt = clock.now()
      await probe(testServices(ctx, { connectors, lookup }))
      const { next_probe_at } = await connection()
      waits.push((next_probe_at.getTime() - startedAt) / 1000)
      clock.set(next_probe_at.getTime())
    }
    expect(waits).toEqual([60, 60, 120, 240, 240, 60])
  })

  it('that hangs is ended after its limit', async () => {
    const looking = deferred()
    const connectors = testConnector(async function* ({ signal }) {
      looking.resolve()
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      yield* []
      signal.throwIfAborted()
    })
    const probing = probe(testServices(ctx, { connectors, lookup }))
    await looking.promise
    await clock.advance(60_000)
    await probing
    expect((await connection()).problem).toContain('longer than 1 min')
  })

  it('that a stopping worker breaks off is nobody’s failure', async () => {
    const stop = new AbortController()
    const connectors = testConnector(async function* ({ signal }) {
      stop.abort()
      yield* []
      signal.throwIfAborted()
    })
    await probe(testServices(ctx, { connectors, lookup, signal: stop.signal }))
    expect(await connection()).toMatchObject({ failures: 0, problem: null })
  })
})

describe('a second look', () => {
  const answer = (lasting?: 'gone' | 'refused'): Observation => ({
    ok: false,
    assetKey: 'db/t',
    publicMessage: 'There is no table t.',
    message: '42P01',
    lasting,
  })
  const asset = async () => (await ctx.pool.query('select suspected_reason, look_again_at from asset where subject_id = 3')).rows[0]
  const inForce = async () => (await ctx.pool.query('select reason, from_at from blind where asset_id = 3 and to_at is null')).rows

  beforeEach(async () => {
    await ctx.pool.query(`update connection_state set probe_every_ms = 300000`)
    await ctx.pool.query(`insert into subject (id, kind, key, name, created_at) values (4, 'asset', 'db/other', 'Other', '2026-01-01');
      insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (4, 2, 'table', 'db', 'other')`)
  })

  it('at what is gone is at that asset alone, within a minute, and leaves the usual pace as it was', async () => {
    const looked: string[][] = []
    const connectors = testConnector(async function* (_, assets) {
      looked.push(assets.map(({ path }) => path))
      yield answer('gone')
    })
    const services = testServices(ctx, { connectors, lookup })
    await probe(services)
    const { next_probe_at } = await connection()
    expect(await inForce()).toEqual([])
    for (let seconds = 5; seconds <= 60; seconds += 5) {
      await clock.advance(5000)
      for (const { key } of await listDueConnections(ctx.pool, clock.now()))
        await probeConnection.run(services, { connection: key, isAlive: true })
    }
    expect(looked).toEqual([['t', 'other'], ['t']])
    expect(await inForce()).toEqual([{ reason: 'gone', from_at: new Date(NOW) }])
    expect(await connection()).toMatchObject({ next_probe_at, failures: 0 })
  })

  it('is taken by one of two workers, and again by another when that one dies', async () => {
    const connectors = testConnector(async function* () {
      yield answer('refused')
    })
    await probe(testServices(ctx, { connectors, lookup }))
    await clock.advance(45_000)
    const other = database.context(clock)
    const claims = await Promise.all([claimSecondProbes(ctx, 'db'), claimSecondProbes(other, 'db')])
    expect(claims.flatMap((claim) => claim?.only ?? [])).toEqual(['db/t'])
    await clock.advance(30_000)
    expect(await claimSecondProbes(ctx, 'db')).toBeNull()
    await clock.advance(31_000)
    await probe(testServices(other, { connectors, lookup }))
    expect(await inForce()).toEqual([{ reason: 'refused', from_at: new Date(NOW) }])
    expect(await asset()).toEqual({ suspected_reason: null, look_again_at: null })
  })

  it('that does not get in says nothing about the connection', async () => {
    let works = true
    const connectors = testConnector(async function* () {
      if (!works) throw new TidemarkError('unavailable', { publicMessage: 'Down.' })
      yield answer('gone')
    })
    await probe(testServices(ctx, { connectors, lookup }))
    works = false
    await clock.advance(45_000)
    await probe(testServices(ctx, { connectors, lookup }))
    expect(await connection()).toMatchObject({ failures: 0, problem: null })
    expect(await asset()).toMatchObject({ suspected_reason: 'gone' })
  })

  it('is not asked for while the connection lets nobody in', async () => {
    const connectors = testConnector(async function* () {
      yield answer('gone')
    })
    await probe(testServices(ctx, { connectors, lookup }))
    await ctx.pool.query('update connection_state set failures = 1')
    await clock.advance(45_000)
    expect(await listDueConnections(ctx.pool, clock.now())).toEqual([])
  })
})
