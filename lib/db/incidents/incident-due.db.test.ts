import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull } from '#lib/db/instants.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { groupInSql } from '#lib/testing/database/two-groups.ts'

let database: TestDatabase
let ctx: Context
const [SOURCE, TABLE] = [3, 4]
const RUN = `insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at)
  values ('00000000-0000-0000-0000-000000000001', 'records-flow', 'manual', '2026-01-01', '2026-01-01', 'completed', '2026-01-01 02:00Z', '2026-01-01 03:00Z')`

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  await ctx.whole.query(`insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 1000)`)
  await ctx.whole.query(groupInSql('records', 1))
  await ctx.whole.query(`
    delete from status_span;
    insert into status_span (subject_id, status, reason, from_at, to_at) values (${TABLE}, 'late', 'overdue', '2026-01-01 01:00Z', '2026-01-01 02:00Z'), (${TABLE}, 'fresh', 'on-time', '2026-01-01 02:00Z', null)`)
  await ctx.whole.query(RUN)
})
afterAll(() => database.drop())

/** The stretches of 2026-01-01, in hours, that a change makes due. */
async function dueAfter(change: string): Promise<string[]> {
  const client = await ctx.whole.connect()
  try {
    await client.query(`begin; delete from incident_due; ${change}`)
    const { rows } = await client.query<{ from_at: Date; to_at: Date | null }>('select from_at, to_at from incident_due order by id')
    const hourOf = (at: number) => (at - Date.parse('2026-01-01T00:00Z')) / 3_600_000
    return rows.map(({ from_at, to_at }) => {
      const to = toInstantOrNull(to_at)
      return `${hourOf(toInstant(from_at))}–${to === null ? '' : hourOf(to)}`
    })
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const span = (status: string, from: string, to = 'null') =>
  `insert into status_span (subject_id, status, reason, from_at, to_at) values (${SOURCE}, '${status}', 'overdue', ${from}, ${to})`
const hour = (hours: number) => `'2026-01-01 0${hours}:00Z'`
const told = (state: string, ended: string) =>
  `insert into external_run (connection_key, job, external_id, state, placed_at, ended_at, told_by, told_at)
   values ('lake', 'records-job', 'x', '${state}', ${hour(1)}, ${ended}, 'connection:lake', now())`

test.each<[what: string, change: string, due: string[]]>([
  ['a span of what is late', span('late', hour(3), hour(4)), ['3–4']],
  ['spans of several, once', `${span('late', hour(3), hour(4))}; ${span('stale', hour(4))}`, ['3–4', '4–']],
  ['no span of what is fresh', span('fresh', hour(3)), []],
  [
    'the end of a span of what is late',
    `update status_span set to_at = ${hour(4)} where status = 'fresh'; ${span('late', hour(2))}`,
    ['2–'],
  ],
  ['a span that ends otherwise', `update status_span set to_at = '2026-01-01 01:30Z' where status = 'late'`, ['1.5–']],
  ['a span that begins otherwise', `update status_span set from_at = '2026-01-01 00:30Z' where status = 'late'`, ['0.5–']],
  ['a span for another reason', `update status_span set reason = 'blocked' where status = 'late'`, ['1–']],
  ['a span that is well all the same', `update status_span set status = 'fresh' where status = 'late'`, ['1–']],
  ['a span that is no more', `delete from status_span`, ['1–2']],
  ['nothing that stays as it is', `update status_span set status = status; update lineage_edge set to_at = to_at`, []],
  ['an edge', edgesInSql([TABLE, SOURCE]), ['0–']],
  ['the end of an edge', `update lineage_edge set to_at = ${hour(5)}`, ['5–']],
  ['a connection that is down', `update blind set to_at = ${hour(6)}, from_at = ${hour(2)} where connection_key is not null`, ['2–']],
  ['no blindness of one asset', `delete from blind where asset_id is not null`, []],
  ['a connection that has left', `update connection_state set removed_at = ${hour(7)} where key = 'lake'`, ['7–']],
  ['the end of a run', `update run set state = 'failed', ended_at = ${hour(8)} where problem is not null`, ['8–']],
  ['another end of a run', `update run set state = 'failed', problem = 'Refused.' where problem is null`, ['3–']],
  ['no run that goes on', `update run set state = 'running', started_at = ${hour(1)} where problem is not null`, []],
  ['runs that are learnt late', RUN.replace('0001', '0002').replace("'2026-01-01', '2026", "'2026-01-02', '2026"), ['3–']],
  ['the end of a run of another system', told('failed', hour(5)), ['5–']],
  ['one that says no more than that it failed', told('failed', 'null'), ['1–']],
  ['none that goes on', told('running', 'null'), []],
  [
    'how it ended in the end',
    `${told('running', 'null')}; update external_run set state = 'failed', ended_at = ${hour(6)} where external_id = 'x'`,
    ['6–'],
  ],
  ['another writer', `insert into subject_version values (${TABLE}, ${hour(4)}, '{"flow": "records-flow"}')`, ['4–']],
])('%s makes due', async (_, change, due) => {
  expect(await dueAfter(change)).toEqual(due)
})

test('very many spans that move at once are compared with what they were in one go, also where few moved before', async () => {
  const plans: string[] = []
  const client = await ctx.whole.connect()
  try {
    client.on('notice', ({ message = '' }) => plans.push(message))
    await client.query(`begin; load 'auto_explain'; set local auto_explain.log_nested_statements = on; set local auto_explain.log_level = notice;
      set local auto_explain.log_min_duration = 0`)
    const move = (minutes: number) => `update status_span set to_at = '2026-01-01 01:${minutes}Z' where status = 'late'`
    await client.query(move(30))
    await client.query(
      `insert into status_span (subject_id, status, reason, from_at, to_at)
       select ${SOURCE}, 'late', 'overdue', at, at + interval '1 second' from generate_series(timestamptz '2025-12-01', '2025-12-02', '1 minute') at`,
    )
    plans.length = 0
    await client.query(`update status_span set since_at = from_at - interval '1 second' where status = 'late'`)
  } finally {
    await client.query('rollback')
    client.release()
  }
  const comparing = plans.filter((plan) => plan.includes('rows_before'))
  expect(comparing).toHaveLength(1)
  expect(comparing[0]).not.toContain('Nested Loop')
})
