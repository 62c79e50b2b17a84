import type { Sql } from '#lib/db/context.ts'
import type { PlannedAsset, PlannedEdge, StepWork } from '#lib/domain/orders/steps-to-reload.ts'
import { SAME_FAILURES } from '#lib/domain/runs/failures-in-a-row.ts'
import { SUCCESSES_COUNTED, type WorkRecord } from '#lib/domain/runs/work-record.ts'
import { isOfJobSql } from './external-runs.ts'
import { jobNameOfKeySql } from './job-names.ts'
import { isDryRunSql, isReplaySql } from './runs.ts'

/** A feed with everything it is made from, however far up. */
export interface Surroundings {
  assets: PlannedAsset[]
  edges: PlannedEdge[]
}

const UPSTREAM = `
  with recursive up(id) as (
    select a.subject_id from asset a where a.feed_id = $1
    union
    select e.upstream_id from up join lineage_now e on e.downstream_id = up.id
  )
  select a.subject_id as id, a.feed_id as "feedId", f.name as flow, case when f.name is null then a.job end as job,
    c.key is not null as "canStart", sp.status
  from up join asset a on a.subject_id = up.id
  join subject s on s.id = a.subject_id and s.removed_at is null
  left join flow f on f.name = a.flow and f.removed_at is null
  left join job_starter c on c.key = split_part(a.job, '/', 1)
  left join status_span sp on sp.subject_id = a.subject_id and sp.to_at is null
  order by a.subject_id`

const EDGES = `
  select upstream_id as "upstreamId", downstream_id as "downstreamId" from lineage_now
  where downstream_id = any($1::int[]) and upstream_id = any($1::int[]) order by 1, 2`

export async function loadSurroundings(sql: Sql, feedId: number): Promise<Surroundings> {
  const { rows: assets } = await sql.query<PlannedAsset>(UPSTREAM, [feedId])
  const { rows: edges } = await sql.query<PlannedEdge>(EDGES, [assets.map(({ id }) => id)])
  return { assets, edges }
}

/** What each of these flows comes after. */
export async function loadFlowsBefore(sql: Sql, flows: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ name: string; after: string[] }>('select name, after from flow where name = any($1::text[])', [flows])
  return new Map(rows.map(({ name, after }) => [name, after]))
}

const FLOW_RECORDS = `
  select f.name,
    array(
      select (extract(epoch from r.ended_at - r.started_at) * 1000)::float8 from run r
      where r.flow = f.name and r.state = 'completed' and r.started_at is not null and not ${isDryRunSql('r')} and not ${isReplaySql('r')}
      order by r.scheduled_for desc limit ${SUCCESSES_COUNTED}
    ) as "durationsMs",
    array(
      select jsonb_build_object('state', r.state, 'problem', r.problem, 'failure', r.failure,
        'place', (select t.name from run_task t where t.run_id = r.id and t.attempt = r.attempt and t.state = 'failed' order by t.ended_at, t.id limit 1)) from run r
      where r.flow = f.name and r.state in ('completed', 'partial', 'failed', 'timed-out', 'cancelled') and not ${isDryRunSql('r')} and not ${isReplaySql('r')}
      order by r.scheduled_for desc limit ${SAME_FAILURES}
    ) as ends,
    array(
      select c.key from connection_state c
      where c.removed_at is null and exists (select 1 from blind b where b.connection_key = c.key and b.to_at is null)
        and (c.key in (select split_part(x.key, '/', 1) from jsonb_array_elements_text(coalesce(f.settings -> 'reads', '[]')) x(key))
          or c.key in (select x.value from jsonb_each_text(coalesce(f.settings -> 'connections', '{}')) x))
      order by c.key
    ) as "downConnections"
  from flow f where f.name = any($1::text[])`

const JOB_RECORDS = `
  select j.name, ${jobNameOfKeySql('j.name')} as called,
    array(
      select (extract(epoch from r.ended_at - r.started_at) * 1000)::float8 from external_run r
      where ${isOfJobSql('r', 'j.name')} and r.state = 'completed' and not r.empties and r.started_at is not null
      order by r.ended_at desc limit ${SUCCESSES_COUNTED}
    ) as "durationsMs",
    array(
      select jsonb_build_object('state', r.state, 'problem', r.error) from external_run r
      where ${isOfJobSql('r', 'j.name')} and r.ended_at is not null and not r.empties order by r.ended_at desc limit ${SAME_FAILURES}
    ) as ends,
    array(
      select c.key from connection_state c
      where c.key = split_part(j.name, '/', 1) and c.removed_at is null
        and exists (select 1 from blind b where b.connection_key = c.key and b.to_at is null)
    ) as "downConnections"
  from unnest($1::text[]) as j(name)`

/** How these flows and jobs have fared, in their order, replays left out; a flow that is not seen is left out. */
export async function loadRecords(sql: Sql, work: readonly StepWork[]): Promise<WorkRecord[]> {
  const known = { flow: new Map<string, WorkRecord>(), job: new Map<string, WorkRecord>() }
  for (const [kind, records] of [['flow', FLOW_RECORDS] as const, ['job', JOB_RECORDS] as const]) {
    const names = work.flatMap((one) => (one.kind === kind ? [one.name] : []))
    if (names.length === 0) continue
    for (const row of (await sql.query<WorkRecord>(records, [names])).rows) known[kind].set(row.name, row)
  }
  return work.flatMap(({ kind, name }) => known[kind].get(name) ?? [])
}
