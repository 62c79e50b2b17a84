import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { claimProbe, paceProbe } from '#lib/commands/probes/claim-probe.ts'
import { acceptArtifact } from '#lib/commands/push/accept-artifact.ts'
import { WAITED_MAX_MS } from '#lib/commands/push/reading-places.ts'
import dbt from '#lib/connectors/dbt.ts'
import { listDueConnections } from '#lib/db/catalogue/connections.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { askForLooks } from '#lib/db/push/push-artifacts.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { bytesOf, manifestOf, runResultsOf, SHOP, shopManifest } from '#lib/testing/connectors/dbt-artifacts.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { pusher } from '#lib/testing/push/push-world.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import discoverConnection from './discover-connection.ts'
import probeConnection from './probe-connection.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let services: JobServices
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(Date.parse('2026-11-29T04:00:00Z')))
  services = testServices(ctx, { connectors: new Map([['dbt', dbt]]) })
  await ctx.pool.query(
    `insert into connection_state (key, kind, probe_every_ms, next_probe_at, settings) values ('shop', 'dbt', 300000, '2030-01-01', '{"artifacts": "pushed"}')`,
  )
  await ctx.pool.query("insert into discovery (connection_key, every_seconds, next_at) values ('shop', 86400, '2030-01-01')")
  const document = { connections: { shop: { kind: 'dbt', artifacts: 'pushed' } } }
  await ctx.pool.query("insert into catalogue_version (accepted_at, hash, document, schema) values ($1, 'h', $2, '{}')", [
    new Date(clock.now()),
    document,
  ])
  await ctx.pool.query(`
    insert into subject (id, kind, key, name, created_at) values (1, 'group', 'g', 'G', '2026-01-01'), (2, 'feed', 'f', 'F', '2026-01-01'),
      (3, 'asset', 'shop/${SHOP.orders}', 'Orders', '2026-01-01');
    insert into feed (subject_id, group_id) values (2, 1);
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path, job) values (3, 2, 'table', 'shop', '${SHOP.orders}', 'shop/shop')`)
})
afterEach(() => database.drop())

const push = (artifact: object) => acceptArtifact(pusher(ctx), null, bytesOf(artifact))
async function lookSoon(): Promise<void> {
  await askForLooks(ctx.pool, clock.now())
  await probeConnection.run(services, { connection: 'shop', isAlive: true })
}
const loads = async () => {
  const { rows } = await ctx.pool.query<{ text: string }>(
    "select to_char(at at time zone 'UTC', 'HH24:MI') || ' ' || source as text from arrival where clock = 'loadedAt' order by at, source",
  )
  return rows.map(({ text }) => text)
}
const runs = async () => (await ctx.pool.query('select job, state, error from external_run order by ended_at')).rows

test('what is pushed is looked at at once: its nodes are found, their loads and the runs known, and what failed says why', async () => {
  await push(shopManifest())
  await push(runResultsOf([{ id: SHOP.orders }], { at: '2026-11-29T03:10:00Z', more: { invocation_id: 'a' } }))
  await lookSoon()
  await discoverConnection.run(services, { connection: 'shop' })
  expect((await ctx.pool.query('select path from found_asset order by path')).rows.map(({ path }) => path)).toContain(SHOP.revenue)
  expect(await loads()).toEqual(['03:10 connection:shop', '03:10 job:shop'])
  const failed = [{ id: SHOP.orders, status: 'error', message: 'Database Error: disk full' }]
  clock.set(Date.parse('2026-11-29T05:00:00Z'))
  await push(runResultsOf(failed, { at: '2026-11-29T04:10:00Z', more: { invocation_id: 'b' } }))
  // An old run whose artifacts come late.
  await push(shopManifest('2026-11-20T03:00:00Z'))
  await push(runResultsOf([{ id: SHOP.orders }], { at: '2026-11-20T03:10:00Z', more: { invocation_id: 'old' } }))
  await lookSoon()
  expect(await loads()).toEqual(['03:10 job:shop', '03:10 connection:shop', '03:10 job:shop'])
  expect((await runs()).map(({ job, state, error }) => [job, state, error])).toEqual([
    ['shop', 'completed', null],
    ['shop', 'completed', null],
    ['shop', 'failed', `${SHOP.orders}: Database Error: disk full`],
  ])
  const { rows } = await ctx.pool.query("select observation -> 'state' -> 'loaded' ->> 'loadedAt' as at from asset")
  expect(Number(rows[0].at)).toBe(Date.parse('2026-11-29T03:10:00Z'))
})

test('what comes while a look goes on is looked at right after it, and who stops in the middle of asking asks again', async () => {
  await push(shopManifest())
  await askForLooks(ctx.pool, clock.now())
  const probe = await claimProbe(ctx, 'shop')
  await push(runResultsOf([{ id: SHOP.orders }], { at: '2026-11-29T03:10:00Z' }))
  const stops = {
    query: async (text: string, values: unknown[]) => {
      if (text.includes('update discovery')) throw new Error('killed')
      return ctx.pool.query(text, values)
    },
  }
  await expect(askForLooks(stops as unknown as Sql, clock.now())).rejects.toThrow('killed')
  expect([await askForLooks(ctx.pool, clock.now()), await askForLooks(ctx.pool, clock.now())]).toEqual([1, 0])
  if (probe === null) throw new Error('A look was due.')
  await paceProbe(ctx, probe, 0.5)
  await probeConnection.run(services, { connection: 'shop', isAlive: true })
  expect(await loads()).toEqual(['03:10 connection:shop', '03:10 job:shop'])
  expect((await listDueConnections(ctx.pool, clock.now())).map(({ key }) => key)).toEqual([])
})

test('a manifest that knows a node no more takes no load of it back', async () => {
  await push(shopManifest())
  await push(runResultsOf([{ id: SHOP.orders }], { at: '2026-11-29T03:10:00Z' }))
  await lookSoon()
  clock.set(Date.parse('2026-11-29T05:00:00Z'))
  await push(manifestOf([{ id: 'model.shop.other' }], { at: '2026-11-29T04:30:00Z' }))
  await lookSoon()
  expect(await loads()).toEqual(['03:10 connection:shop', '03:10 job:shop'])
})

test('senders that bring theirs byte by byte do not keep the others out', async () => {
  const over = new AbortController()
  let begun = 0
  async function* trickle() {
    begun += 1
    for (;;) {
      await clock.sleep(1000, over.signal)
      over.signal.throwIfAborted()
      yield new TextEncoder().encode(' ')
    }
  }
  const artifact = () => push(runResultsOf([], { at: '2026-11-29T03:10:00Z', more: { invocation_id: 'a' } }))
  const slow = [1, 2].map(() => acceptArtifact(pusher(ctx), null, trickle()).catch((error: unknown) => error))
  await expect.poll(() => begun).toBe(2)
  await expect(artifact()).rejects.toMatchObject({ publicMessage: expect.stringMatching(/^Other artifacts are being read/) })
  await clock.advance(WAITED_MAX_MS)
  expect(await artifact()).toMatchObject({ stored: 1 })
  expect(await Promise.race(slow)).toMatchObject({
    code: 'unavailable',
    publicMessage: expect.stringMatching(/so slowly/),
    retryAfterMs: 5000,
  })
  over.abort()
  await Promise.all(slow)
})
