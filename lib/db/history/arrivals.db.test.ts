import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { migrateBefore } from '#lib/testing/database/migrate-before.ts'
import { insertArrivals, loadArrivals, loadLatestSeen, type NewArrival } from './arrivals.ts'
import { loadAssetVersions } from './versions.ts'

const PLACES = '20261129062500_arrival_place'
const RUNS = { nightly: '00000000-0000-4000-8000-000000000001', byHand: '00000000-0000-4000-8000-000000000002' }

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
})
afterEach(() => database.drop())

/** A database as it was before arrivals had places, with a nightly load, one by hand, and a look. */
async function fillOldDatabase(): Promise<void> {
  await migrateBefore(database.url, PLACES)
  const { pool } = database.context()
  await pool.query(`
    insert into subject (id, kind, key, name, created_at) values (1, 'asset', 'lake/a', 'a', '2026-11-01'), (2, 'feed', 'f', 'f', '2026-11-01'), (3, 'group', 'g', 'g', '2026-11-01');
    insert into feed (subject_id, group_id) values (2, 3);
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) values (1, 2, 'table', 'lake', 'a', 'load');
    insert into flow (name, cron, zone, after) values ('load', '0 2 * * *', 'America/New_York', '{}');
    insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state) values
      ('${RUNS.nightly}', 'load', 'schedule', '2026-11-19T07:00Z', '2026-11-18T07:00Z', '2026-11-19T07:30Z', '2026-11-20T08:00Z', 'completed'),
      ('${RUNS.byHand}', 'load', 'manual', '2026-11-20T15:00Z', '2026-11-20T15:00Z', '2026-11-20T15:05Z', '2026-11-20T15:20Z', 'completed');
    insert into arrival (asset_id, clock, at, recorded_at, kind, run_id) values
      (1, 'loadedAt', '2026-11-20T08:00Z', '2026-11-20T08:00Z', 'arrival', '${RUNS.nightly}'),
      (1, 'loadedAt', '2026-11-20T15:20Z', '2026-11-20T15:20Z', 'arrival', '${RUNS.byHand}'),
      (1, 'writtenAt', '2026-11-20T15:19Z', '2026-11-20T15:25Z', 'arrival', null);
    insert into subject_version (subject_id, from_at, settings) values
      (1, '2026-11-01', '{"feed": "f", "flow": "load", "policies": [{"kind": "none"}, {"kind": "deadline", "cron": "0 8 * * *"}]}'),
      (1, '2026-11-02', '{"feed": "f", "flow": null, "policies": [{"kind": "deadline", "cron": "0 8 * * *"}]}'),
      (1, '2026-11-03', '{"feed": "f", "flow": "load", "policies": [{"kind": "age"}]}'), (1, '2026-11-04', null), (2, '2026-11-01', '{"group": "g"}')`)
}

test('arrivals of before are placed by their runs and know who said them, and promises of before know when their flow runs', async () => {
  await fillOldDatabase()
  await applyMigrations(database.url, 'prisma/migrations')
  const { pool } = database.context()
  const arrivals = (await loadArrivals(pool, [{ assetId: 1, from: 0 }])).get(1) ?? []
  expect(arrivals.map(({ placedAt }) => (placedAt == null ? placedAt : new Date(placedAt).toISOString()))).toEqual([
    '2026-11-19T07:00:00.000Z',
    '2026-11-20T15:05:00.000Z',
    null,
  ])
  expect(arrivals.map(({ witness, happenedAt }) => `${witness} ${new Date(happenedAt).toISOString()}`)).toEqual([
    'ledger 2026-11-20T08:00:00.000Z',
    'ledger 2026-11-20T15:20:00.000Z',
    'connection:lake 2026-11-20T15:25:00.000Z',
  ])
  const versions = (await loadAssetVersions(pool, [1])).get(1) ?? []
  const writer = { cron: '0 2 * * *', zone: 'America/New_York', calendar: null }
  expect(versions.map(({ settings }) => settings?.policies)).toEqual([
    [{ kind: 'none' }, { kind: 'deadline', cron: '0 8 * * *', writer }],
    [{ kind: 'deadline', cron: '0 8 * * *', writer: null }],
    [{ kind: 'age' }],
    undefined,
  ])
})

const HOUR = Date.parse('2026-11-20T00:00Z')
const hours = (count: number) => HOUR + count * HOUR_MS

function saying(witness: Witness, happened: number, own: Partial<NewArrival> = {}): NewArrival {
  const happenedAt = hours(happened)
  const fact = { assetId: 1, clock: 'writtenAt', at: happenedAt, recordedAt: happenedAt, kind: 'arrival', precision: 'instant' } as const
  return { ...fact, witness, happenedAt, rows: null, evidence: null, runId: null, ...own }
}

test('what a run tells twice is stored once', async () => {
  await fillOldDatabase()
  await applyMigrations(database.url, 'prisma/migrations')
  const { pool } = database.context()
  const again = [saying('ledger', 8, { clock: 'loadedAt', runId: RUNS.nightly }), saying('ledger', 8, { runId: RUNS.nightly })]
  expect(await insertArrivals(pool, again)).toEqual(again.slice(1))
  expect(await insertArrivals(pool, again)).toEqual([])
})

test('the last word of each witness is loaded, however long it has been silent, and what was told late in its place', async () => {
  await fillOldDatabase()
  await applyMigrations(database.url, 'prisma/migrations')
  const { pool } = database.context()
  const quiet = [saying('connection:dbt', 1), saying('connection:dbt', 2, { kind: 'correction', at: hours(0) })]
  const late = [saying('ledger', 4), saying('ledger', 3, { recordedAt: hours(9) })]
  const often = Array.from({ length: 9 }, (_, n) => saying('connection:lake', 20 + n))
  await insertArrivals(pool, [...quiet, ...late, ...often])
  const loaded = (await loadArrivals(pool, [{ assetId: 1, from: hours(30) }])).get(1) ?? []
  const words = loaded.filter(({ clock }) => clock === 'writtenAt').map(({ witness, kind, happenedAt }) => [witness, kind, happenedAt])
  expect(words).toEqual([
    ['connection:dbt', 'arrival', hours(1)],
    ['connection:dbt', 'correction', hours(2)],
    ['ledger', 'arrival', hours(4)],
    ['connection:lake', 'arrival', hours(28)],
  ])
})

test('a look is compared with what the same witness saw, and with nothing else', async () => {
  await fillOldDatabase()
  await applyMigrations(database.url, 'prisma/migrations')
  const { pool } = database.context()
  await insertArrivals(pool, [
    saying('connection:dbt', 20),
    saying('connection:dbt', 21, { kind: 'correction', at: hours(19) }),
    saying('ledger', 22),
  ])
  const known = async (witness: Witness) => (await loadLatestSeen(pool, witness, [{ assetId: 1, clock: 'writtenAt' }])).get(1)
  expect(await known('connection:dbt')).toEqual({ writtenAt: { at: hours(19), precision: 'instant' } })
  expect(await known('connection:lake')).toEqual({ writtenAt: { at: Date.parse('2026-11-20T15:19Z'), precision: 'instant' } })
})
