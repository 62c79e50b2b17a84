import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { sendProbes } from '#jobs/worker/sweeps.ts'
import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { PROBES_AT_ONCE, SILENT_AFTER_MS } from '#lib/domain/connections/probe-turns.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testConnector, testServices } from '#lib/testing/runs/job-services.ts'
import probeConnection from './probe-connection.ts'

const DEAD = 8
const BEGIN = '2026-03-01T07:00:00Z'
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

it('eight connections that hang for ten minutes blind neither the one looked at every minute nor the one that takes four', async () => {
  const clock = new FakeClock(BEGIN)
  const ctx = database.context(clock)
  const names = ['quick', 'slow', ...Array.from({ length: DEAD }, (_, n) => `dead-${n}`)]
  const everyMs = (name: string) => (name === 'quick' ? MINUTE_MS : name === 'slow' ? 5 * MINUTE_MS : 10 * MINUTE_MS)
  await ctx.pool.query(`insert into subject (id, kind, key, name, created_at) values (1, 'group', 'g', 'G', '2026-01-01'), (2, 'feed', 'f', 'F', '2026-01-01');
    insert into feed (subject_id, group_id) values (2, 1)`)
  for (const [n, name] of names.entries()) {
    const okAt = name === 'slow' ? BEGIN : null
    await ctx.pool.query("insert into connection_state (key, kind, probe_every_ms, next_probe_at, ok_at) values ($1, 'test', $2, $3, $4)", [
      name,
      everyMs(name),
      BEGIN,
      okAt,
    ])
    await ctx.pool.query("insert into subject (id, kind, key, name, created_at) values ($1, 'asset', $2, 'T', '2026-01-01')", [
      100 + n,
      `${name}/t`,
    ])
    await ctx.pool.query("insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values ($1, 2, 'table', $2, 't')", [
      100 + n,
      name,
    ])
  }
  const connections = Object.fromEntries(names.map((name) => [name, { kind: 'test', address: 'a' }]))
  await ctx.pool.query("insert into catalogue_version (accepted_at, hash, document, schema) values ($1, 'h', $2, '{}')", [
    BEGIN,
    { connections },
  ])

  const seenAt = new Map<string, number[]>(names.map((name) => [name, []]))
  const waiting = new Set<string>()
  const hanging = new Set<string>()
  const connectors = testConnector(async function* ({ key, signal }, assets: readonly ObservedAsset[]) {
    const quiet = async (ms: number) => {
      waiting.add(key)
      await clock.sleep(ms, signal)
      waiting.delete(key)
      hanging.delete(key)
      signal.throwIfAborted()
    }
    if (key === 'quick') await quiet(SECOND_MS)
    else {
      await quiet(SILENT_AFTER_MS + 1)
      hanging.add(key)
      await quiet(key === 'slow' ? 4 * MINUTE_MS - SILENT_AFTER_MS : HOUR_MS)
    }
    seenAt.get(key)?.push(clock.now())
    yield* assets.map((asset): Observation => ({ ok: false, assetKey: asset.key, publicMessage: 'Nothing there.', message: '' }))
  })
  const services = testServices(ctx, { connectors })
  const running = new Set<string>()
  const send = async (_kind: string, input: object = {}) => {
    const { connection, isAlive } = z.object({ connection: z.string(), isAlive: z.boolean() }).parse(input)
    if (running.size >= PROBES_AT_ONCE || running.has(connection)) return
    running.add(connection)
    void probeConnection.run(services, { connection, isAlive }).finally(() => running.delete(connection))
  }
  let hangingMax = 0
  for (let seconds = 0; seconds < 35 * 60; seconds += 5) {
    await sendProbes(services, { send, stop: async () => {} })
    while ([...running].some((name) => !waiting.has(name))) await turns(1)
    await clock.advance(5 * SECOND_MS)
    while ([...running].some((name) => !waiting.has(name))) await turns(1)
    hangingMax = Math.max(hangingMax, hanging.size)
  }
  const gaps = (name: string) => {
    const seen = [Date.parse(BEGIN), ...(seenAt.get(name) ?? []), clock.now()]
    return seen.slice(1).map((instant, n) => (instant - (seen[n] ?? 0)) / SECOND_MS)
  }
  expect(Math.max(...gaps('quick'))).toBeLessThanOrEqual(90)
  expect(Math.max(...gaps('slow'))).toBeLessThanOrEqual(310)
  expect(hangingMax).toBeLessThanOrEqual(4)
  const { rows } = await ctx.pool.query("select key, failures > 0 as failed from connection_state where key like 'dead%' order by key")
  expect(rows.filter(({ failed }) => failed)).toHaveLength(DEAD)
})
