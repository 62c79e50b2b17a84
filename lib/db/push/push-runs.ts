import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { PushConnection } from '#lib/domain/push/pushed-run.ts'
import { EMPTY_RUN, type RunState } from '#lib/domain/push/told-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A run with all that its events told of it. */
export interface PushedRun {
  id: string
  namespace: string
  job: string
  runId: string
  /** What it may tell about; null: everything. */
  audience: string | null
  /** The latest of its events. */
  lastAt: Instant
  namesData: boolean
  state: RunState
}

/** What is known of these runs. */
export async function loadPushedRuns(sql: Sql, ids: readonly string[]): Promise<Map<string, PushedRun>> {
  const { rows } = await sql.query<Omit<PushedRun, 'lastAt'> & { lastAt: Date }>(
    `select id, namespace, job, run_id as "runId", audience, last_at as "lastAt", names_data as "namesData", state from push_run where id = any($1::uuid[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, { ...row, lastAt: row.lastAt.getTime(), state: { ...EMPTY_RUN, ...row.state } }]))
}

export async function storePushedRuns(sql: Sql, runs: readonly PushedRun[]): Promise<void> {
  const rows = runs.map((run) => ({ ...run, lastAt: toText(run.lastAt) }))
  await sql.query(
    `insert into push_run (id, namespace, job, run_id, audience, last_at, names_data, state)
     select id, namespace, job, "runId", audience, "lastAt", "namesData", state
     from jsonb_to_recordset($1::jsonb) as x(id uuid, namespace text, job text, "runId" text, audience text, "lastAt" timestamptz, "namesData" boolean, state jsonb)
     on conflict (id) do update set last_at = excluded.last_at, names_data = excluded.names_data, state = excluded.state`,
    [toStorableJson(rows)],
  )
}

export interface JobName {
  namespace: string
  job: string
}

export type LastRun = JobName & Pick<PushedRun, 'audience' | 'state'>

/**
 * What each of these jobs reads and writes now: its last run that named any data, as far as each audience of tokens tells, the latest first. One ends nothing that
 * another told, unless it sees everything: then what was told before it is left out.
 */
export async function loadLastRuns(sql: Sql, jobs: readonly JobName[]): Promise<LastRun[]> {
  if (jobs.length === 0) return []
  const { rows } = await sql.query<LastRun>(
    `select w.namespace, w.job, r.audience, r.state from (select distinct * from unnest($1::text[], $2::text[]) as w(namespace, job)) w
     cross join lateral (
       with recursive told(name) as (
         (select coalesce(p.audience, '') from push_run p where p.namespace = w.namespace and p.job = w.job and p.names_data order by 1 limit 1)
         union all
         select (
           select coalesce(p.audience, '') from push_run p
           where p.namespace = w.namespace and p.job = w.job and coalesce(p.audience, '') > told.name and p.names_data order by 1 limit 1
         ) from told where told.name is not null
       ) select name from told where name is not null
     ) a
     cross join lateral (
       select p.audience, p.state, p.last_at, p.id from push_run p
       where p.namespace = w.namespace and p.job = w.job and coalesce(p.audience, '') = a.name and p.names_data order by p.last_at desc, p.id limit 1
     ) r order by w.namespace, w.job, r.last_at desc, r.id`,
    [jobs.map(({ namespace }) => namespace), jobs.map(({ job }) => job)],
  )
  const ofJobs = Map.groupBy(rows, ({ namespace, job }) => JSON.stringify([namespace, job]))
  return [...ofJobs.values()].flatMap((runs) => {
    const whole = runs.findIndex(({ audience }) => audience === null)
    return whole === -1 ? runs : runs.slice(0, whole + 1)
  })
}

/** The jobs of a namespace that ever named any data. */
export async function listJobs(sql: Sql, namespace: string): Promise<JobName[]> {
  const { rows } = await sql.query<JobName>('select distinct namespace, job from push_run where namespace = $1 and names_data', [namespace])
  return rows
}

/** The jobs of every namespace that ever named any data. */
export async function listAllJobs(sql: Sql): Promise<JobName[]> {
  const { rows } = await sql.query<JobName>('select distinct namespace, job from push_run where names_data order by namespace, job')
  return rows
}

/** Takes back what runs said; answers of which assets, and from when on they are not as they were. */
export async function deleteFacts(sql: Sql, factIds: readonly string[]): Promise<{ assetId: number; since: Instant }[]> {
  if (factIds.length === 0) return []
  const { rows } = await sql.query<{ assetId: number; since: Date }>(
    `delete from arrival where source <> 'ledger' and run_id = any($1::uuid[])
     returning asset_id as "assetId", least(at, happened_at, placed_at, recorded_at) as since`,
    [factIds],
  )
  return rows.map(({ assetId, since }) => ({ assetId, since: since.getTime() }))
}

/** The connections of the catalogue that are told of by what is pushed, in the order of their keys. */
export async function listPushConnections(sql: Sql): Promise<PushConnection[]> {
  const { rows } = await sql.query<PushConnection>(
    "select key, settings ->> 'namespace' as namespace from connection_state where kind = 'push' and removed_at is null order by key",
  )
  return rows
}

/** Those of these connections that are in the catalogue. */
export async function knownConnections(sql: Sql, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ key: string }>('select key from connection_state where key = any($1::text[]) and removed_at is null', [
    keys,
  ])
  return new Set(rows.map(({ key }) => key))
}

/** Those of these jobs, `<connection>/<job>`, that an asset names which readers of this audience see, and none that they do not see names or once named. */
export async function jobsOfAudience(sql: Sql, jobs: readonly string[], audience: string): Promise<Set<string>> {
  const { rows } = await sql.query<{ job: string }>(
    `select w.job from unnest($1::text[]) as w(job)
     cross join lateral (
       select s.id, s.group_id, s.removed_at from asset a join subject s on s.id = a.subject_id where a.job = w.job
       union
       select s.id, s.group_id, s.removed_at from subject_version v join subject s on s.id = v.subject_id where v.settings ->> 'job' = w.job
     ) named
     group by w.job
     having bool_and(exists (select from audience_group g where g.audience = $2 and g.group_id = named.group_id)) and bool_or(named.removed_at is null)`,
    [jobs, audience],
  )
  return new Set(rows.map(({ job }) => job))
}
