import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { getPageSight, getTouchedAssets } from './page-sight.ts'
import { movedTopics } from './topic.ts'

const clock = new FakeClock('2026-11-20T17:00:00Z')
let database: TestDatabase
let ctx: Context

const sql = (text: string, values: unknown[] = []) => ctx.pool.query(text, values)

/** What an open page is told after something happened. */
async function movedBy(happens: () => Promise<unknown>): Promise<string[]> {
  const before = await getPageSight(ctx)
  await happens()
  const after = await getPageSight(ctx)
  return [...new Set([...movedTopics(before.things, after.things), ...(await getTouchedAssets(ctx, before))])].sort()
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  await sql(`insert into subject (id, kind, key, name, created_at) values
    (1, 'group', 'records', 'Records', now()), (2, 'feed', 'terms', 'Terms', now()), (3, 'asset', 'lake/raw', 'Raw', now()),
    (4, 'asset', 'lake/terms', 'Terms', now()), (5, 'group', 'finance', 'Finance', now()), (6, 'feed', 'ledger', 'Ledger', now()), (7, 'asset', 'lake/ledger', 'Ledger', now())`)
  await sql(`insert into flow (name, zone, "after") values ('term', 'UTC', '{}'), ('ledger', 'UTC', '{}')`)
  await sql(`insert into feed (subject_id, group_id) values (2, 1), (6, 5)`)
  await sql(`insert into asset (subject_id, feed_id, asset_kind, connection_key, path, promised, flow) values
    (3, 2, 'table', 'lake', 'raw', false, 'term'), (4, 2, 'table', 'lake', 'terms', true, 'term'), (7, 6, 'table', 'lake', 'ledger', true, 'ledger')`)
  await sql(`insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 10000), ('sap', 'sap', 10000)`)
})
afterAll(() => database.drop())

describe('what the open pages are told', () => {
  it('is nothing when nothing they show has changed, looks included', async () => {
    expect(await movedBy(() => sql(`insert into sight select subject_id, now(), now() from asset`))).toEqual([])
    expect(await movedBy(() => sql(`update connection_state set ok_at = now(), next_probe_at = now()`))).toEqual([])
  })

  it('is a run that starts, to those who show its flow, its feed and its group', async () => {
    const id = randomUUID()
    const at = new Date(clock.now())
    const planned = await movedBy(() =>
      sql(`insert into run (id, flow, trigger, scheduled_for, created_at) values ($1, 'term', 'schedule', $2, $2)`, [id, at]),
    )
    expect(planned).toEqual(['flow:term', `run:${id}`])
    const started = await movedBy(() => sql(`update run set state = 'running', started_at = $2, attempt = 1 where id = $1`, [id, at]))
    expect(started).toEqual(['feed:terms', 'flow:term', 'group:records', 'progress:term', `run:${id}`])
    expect(await movedBy(() => sql(`update run set progress_done = 5 where id = $1`, [id]))).toEqual(['progress:term', `run:${id}`])
    const ended = await movedBy(() => sql(`update run set state = 'completed', ended_at = $2 where id = $1`, [id, at]))
    expect(ended).toEqual(['feed:terms', 'flow:term', 'group:records', `run:${id}`])
    expect(await movedBy(() => clock.advance(20 * 60_000))).not.toContain('flow:term')
  })

  it('is an arrival, to its feed; to the overview only where a line shows it', async () => {
    const arrival = `insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind)
      values ($1, 'writtenAt', now(), now(), 'connection:lake', now(), 'arrival')`
    expect(await movedBy(() => sql(arrival, [3]))).toEqual(['asset:lake/raw', 'feed:terms'])
    expect(await movedBy(() => sql(arrival, [7]))).toEqual(['asset:lake/ledger', 'feed:ledger', 'group:finance'])
  })

  it('is a check of a connection, and a problem of an asset', async () => {
    expect(await movedBy(() => sql(`update connection_state set checked_at = now(), check_ok = true where key = 'sap'`))).toEqual([
      'connection:sap',
    ])
    expect(await movedBy(() => sql(`update asset set problem = 'gone' where subject_id = 3`))).toEqual(['asset:lake/raw', 'feed:terms'])
    expect(await movedBy(() => sql(`update asset set problem = null where subject_id = 3`))).toEqual(['asset:lake/raw', 'feed:terms'])
  })

  it('is what stands on every screen, to all', async () => {
    const blind = `insert into blind (connection_key, from_at, reason) values ('sap', now(), 'source-unreachable')`
    expect(await movedBy(() => sql(blind))).toEqual(['page'])
    expect(await movedBy(() => sql(`insert into maintenance_window (subject_id, kind, from_at) values (2, 'paused', now())`))).toEqual([
      'page',
    ])
  })
})

it('a run that is planned, starts, ends or is to stop wakes the page at once; its progress does not', async () => {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  let rung = 0
  client.on('notification', () => {
    rung += 1
  })
  await client.query('listen tidemark_change')
  const id = randomUUID()
  const after = async (text: string, values: unknown[]) => {
    rung = 0
    await client.query(text, values)
    return rung
  }
  expect(
    await after(`insert into run (id, flow, trigger, scheduled_for, created_at) values ($1, 'ledger', 'manual', now(), now())`, [id]),
  ).toBe(1)
  expect(await after(`update run set state = 'running' where id = $1`, [id])).toBe(1)
  expect(await after(`update run set progress_done = 3, lease_until = now(), state = 'running' where id = $1`, [id])).toBe(0)
  expect(await after(`update run set cancel_at = now() where id = $1`, [id])).toBe(1)
  expect(await after(`update run set state = 'cancelled' where id = $1`, [id])).toBe(1)
  await client.end()
})
