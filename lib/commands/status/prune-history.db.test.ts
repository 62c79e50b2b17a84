import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { KEPT_MS } from '#lib/domain/values/retention.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { pruneHistory } from './prune-history.ts'

const OLD = '2024-01-15T07:00:00Z'
const SILENT_SINCE = '2024-01-10T07:00:00Z'
const RECENT = '2026-02-15T07:00:00Z'
let database: TestDatabase
let ctx: Context

/** The same things twice: long ago, and lately. */
async function insertLife(at: string, name: string): Promise<void> {
  await ctx.pool.query(
    `with r as (insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at)
       values (gen_random_uuid(), 'course', 'schedule', $1, $1, 'completed', $1, $1) returning id),
     l as (insert into run_log (run_id, attempt, at, level, message) select id, 1, $1, 'info', $2 from r),
     t as (insert into run_task (run_id, attempt, name, state, started_at, ended_at) select id, 1, $2, 'completed', $1, $1 from r)
     insert into run_rejection (run_id, task, key, reason, at) select id, $2, 'k', 'r', $1 from r`,
    [at, name],
  )
  await ctx.pool.query(
    `insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind)
     values (1, 'writtenAt', $1, $1, 'connection:db', $1, 'arrival'), (1, 'loadedAt', $1, $1, 'ledger', $1, 'arrival')`,
    [at],
  )
  await ctx.pool.query(
    `with c as (insert into status_change (subject_id, from_status, to_status, at, recorded_at) values (1, 'fresh', 'late', $1, $1) returning id)
     insert into outbox (channel, change_id, created_at, delivered_at) select 'email', id, $1, $1 from c`,
    [at],
  )
  await ctx.pool.query(
    'insert into day_status (subject_id, day, fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds) values (1, $1::timestamptz::date, 1, 0, 0, 0, 0, 0)',
    [at],
  )
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(new FakeClock('2026-03-01T07:00:00Z'))
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
  await ctx.pool.query(`
    insert into subject (id, kind, key, name, created_at) values (1, 'asset', 'db/t', 'T', '2024-01-01'), (2, 'group', 'g', 'G', '2024-01-01'), (3, 'feed', 'f', 'F', '2024-01-01');
    insert into feed (subject_id, group_id) values (3, 2);
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (1, 3, 'table', 'db', 't');
    insert into status_span (subject_id, status, reason, from_at, to_at) values (1, 'fresh', 'on-time', '2024-01-01', '2024-01-02'), (1, 'late', 'overdue', '2024-01-02', null);
    insert into worker_state (id, started_at, heartbeat_at) values ('old', '2024-01-01', '2024-01-01'), ('new', '2026-03-01', '2026-03-01 06:59:59Z')`)
  await insertLife('2023-12-15T07:00:00Z', 'older')
  await ctx.pool.query(
    `insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind) values (1, 'writtenAt', $1, $1, 'connection:dbt', $1, 'arrival')`,
    [SILENT_SINCE],
  )
  await insertLife(OLD, 'old')
  await insertLife(RECENT, 'recent')
})
afterAll(() => database.drop())

const column = async (text: string) => (await ctx.pool.query({ text, rowMode: 'array' })).rows.map(([value]) => value)

describe('pruning', () => {
  it('forgets what is too old and keeps what is not', async () => {
    const gone = await pruneHistory(ctx)
    expect(gone).toMatchObject({
      run_log: 2,
      run_task: 2,
      run_rejection: 2,
      run: 2,
      status_change: 2,
      outbox: 2,
      day_status: 2,
      status_span: 1,
      worker_state: 1,
    })
    expect(await column('select message from run_log')).toEqual(['recent'])
    expect(await column('select id from worker_state')).toEqual(['new'])
  })

  it('keeps the last word of each witness on each clock before the horizon, with which it begins', async () => {
    expect(await column('select recorded_at from arrival order by recorded_at, clock')).toEqual(
      [SILENT_SINCE, OLD, OLD, RECENT, RECENT].map((at) => new Date(at)),
    )
  })

  it('forgets what something was made from long ago, and not what it has been made from since', async () => {
    await ctx.pool.query(`
      insert into subject (id, kind, key, name, created_at) values (4, 'asset', 'db/u', 'U', '2024-01-01');
      insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (4, 3, 'table', 'db', 'u');
      insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at, to_at) values
        (1, 4, 'flow', 'catalogue', '2024-01-01', '${OLD}'), (1, 4, 'dbt', 'connection:dbt', '2024-01-01', '${RECENT}'), (1, 4, 'declared', 'catalogue', '2024-01-01', null)`)
    expect(await pruneHistory(ctx)).toMatchObject({ lineage_edge: 1 })
    expect(await column('select origin from lineage_edge order by 1')).toEqual(['dbt', 'declared'])
  })

  it('forgets messages that were taken or given up, and none that wait', async () => {
    await ctx.pool.query(`
      insert into push_inbox (received_at, token_id, kind, dedupe_key, event_at, body, taken_at, tries) select '${OLD}', 't', 'lineage', name, '${OLD}', '{}', taken, tries
        from (values ('taken', timestamptz '${OLD}', 0), ('given up', null, 5), ('waits', null, 4)) as made (name, taken, tries)`)
    expect(await pruneHistory(ctx)).toMatchObject({ push_inbox: 2 })
    expect(await column('select dedupe_key from push_inbox')).toEqual(['waits'])
  })

  it('forgets what was found behind a connection, and the runs it went on with, long after it has left the catalogue', async () => {
    await ctx.pool.query(`
      insert into connection_state (key, kind, probe_every_ms, next_probe_at, removed_at) values
        ('left', 'postgres', 60000, '${OLD}', '${OLD}'), ('lately', 'postgres', 60000, '${OLD}', '${RECENT}'), ('in-force', 'postgres', 60000, '${OLD}', null);
      insert into found_asset (connection_key, path, kind, name, found_at, changed_at) select key, 't', 'table', 'T', '${OLD}', '${OLD}'
        from connection_state where key in ('left', 'lately', 'in-force');
      insert into external_run (connection_key, job, external_id, state, placed_at, told_by, told_at) values
        ('left', 'j', '1', 'running', '${OLD}', 'connection:left', '${OLD}'), ('in-force', 'j', '1', 'running', '${OLD}', 'connection:in-force', '${RECENT}')`)
    expect(await pruneHistory(ctx)).toMatchObject({ found_asset: 1, external_run: 1 })
    expect(await column('select connection_key from found_asset order by 1')).toEqual(['in-force', 'lately'])
    expect(await column('select connection_key from external_run')).toEqual(['in-force'])
  })

  it('forgets what a flow left out long after it has left the catalogue, and runs of flows after those there that they were', async () => {
    await ctx.pool.query(`
      insert into flow (name, zone, "after", removed_at) values ('left', 'UTC', '{}', '${OLD}'), ('lately', 'UTC', '{}', '${RECENT}');
      insert into left_out_message (flow_key, count, last_at, reason) select name, 1, '${OLD}', 'no' from flow`)
    const gone = await pruneHistory(ctx)
    expect(gone).toMatchObject({ left_out_message: 1 })
    expect(await column('select flow_key from left_out_message order by 1')).toEqual(['course', 'lately'])
    const order = Object.keys(gone)
    expect(order.indexOf('external_run')).toBeLessThan(order.indexOf('run'))
  })

  it('forgets what was seen of keys that nobody has expected since, and keeps the last of those that were', async () => {
    const expects = (column: string, of: unknown) => JSON.stringify({ expect: { column, of, withinMs: 2_592_000_000 } })
    await ctx.pool.query(
      `insert into subject_version (subject_id, from_at, settings) values (1, '2023-01-01', $1), (1, '${OLD}', $2), (1, '${RECENT}', null), (4, '2023-01-01', $3)`,
      [expects('shop', ['before']), expects('shop', ['steam', 'missing']), expects('day', 'seen')],
    )
    await ctx.pool.query(`
      insert into key_reading (asset_id, column_name, key, at, recorded_at, counts_from) select id, name, key, at, recorded_at, recorded_at from (values
        (1, 'shop', 'steam', timestamptz '2024-01-01', timestamptz '2024-01-01'), (1, 'shop', 'steam', '2024-01-02', '2024-01-02'), (1, 'shop', 'missing', null, '2024-01-01'),
        (1, 'shop', 'before', '2024-01-02', '2024-01-02'), (1, 'shop', 'never', '2024-01-02', '${RECENT}'), (1, 'seller', 'steam', '2024-01-02', '2024-01-02'),
        (4, 'day', 'gone', '2024-01-02', '2024-01-02'), (4, 'day', 'still', '2025-01-20', '2025-01-20')) as made (id, name, key, at, recorded_at)`)
    expect(await pruneHistory(ctx)).toMatchObject({ key_reading: 4 })
    expect(await column('select key from key_reading order by 1')).toEqual(['missing', 'never', 'steam', 'still'])
  })

  it('forgets keys also where they are looked for longer than any time can be', async () => {
    await ctx.pool.query(
      `insert into subject_version (subject_id, from_at, settings) values (4, '${OLD}', '{"expect": {"column": "age", "of": "seen", "withinMs": 9000000000000000}}')`,
    )
    await ctx.pool.query(`
      insert into key_reading (asset_id, column_name, key, at, recorded_at, counts_from) select 4, 'age', 'seen', at, at, at
        from (values (timestamptz '2021-01-01'), ('2021-01-02')) as made (at)`)
    await pruneHistory(ctx)
    expect(await column("select at::date::text from key_reading where column_name = 'age'")).toEqual(['2021-01-02'])
  })

  it('forgets a run of another system and the run of a flow that it is at once, whichever ended last', async () => {
    const [early, late] = ['2024-12-31T07:00:00Z', '2025-01-01T07:00:00Z']
    await ctx.pool.query(`
      insert into connection_state (key, kind, probe_every_ms, next_probe_at) values ('adf', 'adf', 60000, '${OLD}');
      insert into external_run (connection_key, job, external_id, state, placed_at, ended_at, told_by, told_at) values
        ('adf', 'j', 'here-first', 'completed', '${early}', '${late}', 'connection:adf', '${late}'), ('adf', 'j', 'there-first', 'completed', '${early}', '${early}', 'connection:adf', '${early}');
      with r as (
        insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at)
        select gen_random_uuid(), 'course', 'schedule', at, at, 'completed', at, at from (values (timestamptz '${early}'), ('${late}')) as made (at) returning id, ended_at)
      insert into job_of_run (run_id, connection_key, job, external_id, external_run_id)
        select r.id, 'adf', 'j', x.external_id, x.id from r join external_run x on x.connection_key = 'adf' and x.external_id = case when r.ended_at = '${early}' then 'here-first' else 'there-first' end`)
    const left = async (now: string) => {
      const told = await column("select external_id from external_run where connection_key = 'adf' order by 1")
      await pruneHistory({ ...ctx, clock: new FakeClock(Date.parse(now)) })
      expect(await column("select external_id from job_of_run where connection_key = 'adf' order by 1")).toEqual(
        await column("select external_id from external_run where connection_key = 'adf' order by 1"),
      )
      return told
    }
    const at = (text: string) => new Date(Date.parse(text) + KEPT_MS.facts + 1).toISOString()
    await left(at(early))
    expect(await left(at(late))).toEqual(['here-first', 'there-first'])
    expect(await column("select external_id from external_run where connection_key = 'adf'")).toEqual([])
  })

  it('forgets incidents that ended long ago, but not those that somebody said something of', async () => {
    await ctx.pool.query(`
      insert into incident (id, key, opened_at, opened_by, ended_at, end_how, roots, statuses, entries, causes, related)
        select id, 'asset:' || id || '@0', '2024-01-01', 'asset:1', ended, case when ended is not null then 'resolved' end, '[]', '[]', '[]', '{}', '{}'
        from (values (1, timestamptz '${OLD}'), (2, '${OLD}'), (3, '${RECENT}'), (4, null)) as made (id, ended);
      insert into incident_event (incident_id, kind, at, recorded_at, entry) select id, 'opened', '${OLD}', '${OLD}', '{}' from incident;
      insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values (2, '${OLD}', 'noted', 'Ada', 'person', '{"text": "It was the disk."}')`)
    await ctx.pool.query(`insert into deploy_note (at, text) values ('${OLD}', 'old'), ('${RECENT}', 'new')`)
    expect(await pruneHistory(ctx)).toMatchObject({ incident_event: 4, incident: 1, deploy_note: 1 })
    expect(await column('select id from incident order by 1')).toEqual([2, 3, 4])
  })

  it('keeps the span that still lasts', async () => {
    expect(await column('select status from status_span')).toEqual(['late'])
  })

  it('forgets sessions, links and tries a day after they are over, and none that go on', async () => {
    const from = (at: string) => `timestamptz '${at}'`
    const [over, lately] = [from('2026-02-28T06:59:59Z'), from('2026-02-28T07:00:01Z')]
    await ctx.pool.query(`
      insert into person (id, email, email_verified, name, role, created_at, updated_at) values ('ada', 'ada@example.edu', true, 'Ada', 'viewer', ${over}, ${over});
      insert into person_session (id, token, person_id, method, created_at, updated_at, expires_at) select name, name, 'ada', 'password', at, at, at
        from (values ('over', ${over}), ('lately', ${lately})) as made (name, at);
      insert into person_verification (id, identifier, value, created_at, updated_at, expires_at) select name, name, '', at, at, at
        from (values ('over', ${over}), ('lately', ${lately})) as made (name, at);
      insert into invitation (id, purpose, role, token_hash, created_at, expires_at, used_at) select name, 'join', 'viewer', name, at, at, used
        from (values ('over', ${over}, null), ('used', ${over}, ${over}), ('lately', ${lately}, null)) as made (name, at, used);
      insert into try_count (key, since, tries) values ('over', ${over}, 3), ('lately', ${lately}, 3)`)
    expect(await pruneHistory(ctx)).toMatchObject({ person_session: 1, person_verification: 1, invitation: 2, try_count: 1 })
    for (const column of ['id from person_session', 'id from person_verification', 'id from invitation', 'key from try_count'])
      expect((await ctx.pool.query({ text: `select ${column}`, rowMode: 'array' })).rows).toEqual([['lately']])
  })

  it('finds nothing the second time', async () => {
    const gone = await pruneHistory(ctx)
    expect(Object.values(gone).every((count) => count === 0)).toBe(true)
  })

  it('remembers what receivers were told of what is not over yet', async () => {
    await ctx.pool.query(`
      insert into status_span (subject_id, status, reason, from_at) values (3, 'late', 'overdue', '${OLD}'), (2, 'fresh', 'on-time', '${OLD}');
      insert into status_change (id, subject_id, from_status, to_status, at, recorded_at) values (901, 3, 'fresh', 'late', '${RECENT}', '${RECENT}'), (902, 2, 'late', 'fresh', '${RECENT}', '${RECENT}');
      insert into incident (id, key, opened_at, opened_by, ended_at, end_how, roots, statuses, entries, causes, related) values
        (91, 'asset:1@91', '${OLD}', 'asset:1', null, null, '[]', '[]', '[]', '{}', '{}'), (92, 'asset:1@92', '${OLD}', 'asset:1', '${RECENT}', 'resolved', '[]', '[]', '[]', '{}', '{}');
      insert into incident_event (id, incident_id, kind, at, recorded_at, entry) select id, id, 'opened', '${RECENT}', '${RECENT}', '{}' from incident where id > 90;
      delete from outbox;
      insert into outbox (channel, change_id, event, created_at, tried_at, delivered_at) select 'team', change_id, event, '${OLD}', '${OLD}', '${OLD}'
        from (values (901, null), (902, null), (null, 'incident:91'), (null, 'incident:92'), (null, 'ready:3:2024-01-01')) as told (change_id, event)`)
    expect(await pruneHistory(ctx)).toMatchObject({ outbox: 3 })
    expect(await column(`select coalesce(event, change_id::text) from outbox order by id`)).toEqual(['901', 'incident:91'])
  })
})
