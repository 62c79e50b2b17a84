import type { Sql } from '#lib/db/context.ts'
import type { WrittenByJob } from '#lib/db/history/job-outcomes.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { jobWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { placeOfRun, type ToldRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface StoredExternalRun extends ToldRun {
  id: string
}

interface ExternalRunRow {
  id: string
  job: string
  external_id: string
  attempt: number
  state: RunState
  scheduled_at: Date | null
  started_at: Date | null
  ended_at: Date | null
  error: string | null
  rows: string | null
  url: string | null
  writes: string[] | null
  loaded: string[] | null
  empties: boolean
  told_by: Witness
  told_at: Date
  parent_job: string | null
  parent_id: string | null
  job_type: string | null
}

function toRun(row: ExternalRunRow): StoredExternalRun {
  return {
    id: row.id,
    job: row.job,
    externalId: row.external_id,
    attempt: row.attempt,
    state: row.state,
    scheduledAt: toInstantOrNull(row.scheduled_at),
    startedAt: toInstantOrNull(row.started_at),
    endedAt: toInstantOrNull(row.ended_at),
    error: row.error,
    rows: row.rows === null ? null : Number(row.rows),
    url: row.url,
    ...(row.writes !== null && { writes: row.writes }),
    ...(row.loaded !== null && { loaded: row.loaded }),
    ...(row.empties && { empties: true }),
    toldBy: row.told_by,
    toldAt: toInstant(row.told_at),
    parent: row.parent_job === null || row.parent_id === null ? null : { job: row.parent_job, externalId: row.parent_id },
    jobType: row.job_type,
  }
}

/** SQL: whether a run is one of a job that is named `<connection>/<job>`. */
export function isOfJobSql(run: string, job: string): string {
  return `${run}.connection_key = split_part(${job}, '/', 1) and ${run}.job = substr(${job}, strpos(${job}, '/') + 1)`
}

/** SQL: how a run ended for an asset that names its job, by the rows of both and the asset's subject; null: it says nothing of it. As `stateFor` has it. */
export function stateForSql(run: string, asset: string, subject: string): string {
  const name = `case when ${asset}.connection_key = ${run}.connection_key then ${asset}.path else ${subject}.key end`
  return `case when ${name} = any(${run}.writes) then ${run}.state when ${name} = any(${run}.loaded) then 'completed' when ${run}.writes is null then ${run}.state end`
}

/** The runs of a connection that are known by these ids of theirs, as they were told last. */
export async function loadExternalRuns(
  sql: Sql,
  connectionKey: string,
  externalIds: readonly string[],
): Promise<Map<string, StoredExternalRun>> {
  const { rows } = await sql.query<ExternalRunRow>(
    'select * from external_run where connection_key = $1 and external_id = any($2::text[])',
    [connectionKey, externalIds],
  )
  return new Map(rows.map((row) => [row.external_id, toRun(row)]))
}

/** The runs of a connection that go on, that ended since then, or bear one of these ids. */
export async function loadKnownRuns(
  sql: Sql,
  connectionKey: string,
  since: Instant,
  externalIds: readonly string[],
): Promise<StoredExternalRun[]> {
  const { rows } = await sql.query<ExternalRunRow>(
    'select * from external_run where connection_key = $1 and (ended_at is null or ended_at >= $2 or external_id = any($3::text[]))',
    [connectionKey, toText(since), externalIds],
  )
  return rows.map(toRun)
}

/** Writes runs as they stand now and returns them with our ids. They are seen: their system lists them. */
export async function storeExternalRuns(sql: Sql, connectionKey: string, runs: readonly ToldRun[]): Promise<StoredExternalRun[]> {
  if (runs.length === 0) return []
  const given = runs.map((run) => ({
    job: run.job,
    external_id: run.externalId,
    attempt: run.attempt,
    state: run.state,
    placed_at: toText(placeOfRun(run)),
    scheduled_at: toTextOrNull(run.scheduledAt),
    started_at: toTextOrNull(run.startedAt),
    ended_at: toTextOrNull(run.endedAt),
    error: run.error,
    rows: run.rows,
    url: run.url,
    writes: run.writes ?? null,
    loaded: run.loaded ?? null,
    empties: run.empties === true,
    told_by: run.toldBy,
    told_at: toText(run.toldAt),
    parent_job: run.parent?.job ?? null,
    parent_id: run.parent?.externalId ?? null,
    job_type: run.jobType ?? null,
  }))
  const { rows } = await sql.query<ExternalRunRow>(
    `insert into external_run (connection_key, job, external_id, attempt, state, placed_at, scheduled_at, started_at, ended_at, error, rows, url, writes, loaded,
       empties, told_by, told_at, parent_job, parent_id, job_type)
     select $1, job, external_id, attempt, state, placed_at, scheduled_at, started_at, ended_at, error, rows, url,
       case when jsonb_typeof(writes) = 'array' then array(select jsonb_array_elements_text(writes)) end,
       case when jsonb_typeof(loaded) = 'array' then array(select jsonb_array_elements_text(loaded)) end, empties, told_by, told_at,
       parent_job, parent_id, job_type
     from jsonb_to_recordset($2::jsonb) as x(job text, external_id text, attempt int, state text, placed_at timestamptz, scheduled_at timestamptz,
       started_at timestamptz, ended_at timestamptz, error text, rows bigint, url text, writes jsonb, loaded jsonb, empties boolean, told_by text, told_at timestamptz,
       parent_job text, parent_id text, job_type text)
     on conflict (connection_key, external_id) do update
     set job = excluded.job, attempt = excluded.attempt, state = excluded.state, placed_at = excluded.placed_at, scheduled_at = excluded.scheduled_at,
       started_at = excluded.started_at, ended_at = excluded.ended_at, error = excluded.error, rows = excluded.rows, url = excluded.url,
       writes = excluded.writes, loaded = excluded.loaded, empties = excluded.empties, told_by = excluded.told_by, told_at = excluded.told_at, unseen_since = null,
       parent_job = excluded.parent_job, parent_id = excluded.parent_id, job_type = excluded.job_type
     returning *`,
    [connectionKey, JSON.stringify(given)],
  )
  return rows.map(toRun)
}

/** Notes of runs that go on that their system lists them again. */
export async function noteExternalRunsSeen(sql: Sql, connectionKey: string, externalIds: readonly string[]): Promise<void> {
  await sql.query(
    'update external_run set unseen_since = null where connection_key = $1 and external_id = any($2::text[]) and unseen_since is not null',
    [connectionKey, externalIds],
  )
}

/** Takes back what runs told of the assets they write: they are told anew. */
export async function takeBackArrivals(sql: Sql, runIds: readonly string[]): Promise<void> {
  if (runIds.length > 0) await sql.query('delete from arrival where run_id = any($1::uuid[])', [runIds])
}

/**
 * The assets that name a job of this connection and of which none of its runs has told anything, with the last run that loaded or emptied each. One that was pushed with
 * names of what it wrote has told of that by these names.
 */
export async function listUntoldLoads(sql: Sql, connectionKey: string): Promise<{ run: StoredExternalRun; asset: WrittenByJob }[]> {
  const { rows } = await sql.query<ExternalRunRow & { asset: WrittenByJob }>(
    `select r.*, json_build_object('assetId', s.id, 'key', s.key, 'connection', a.connection_key, 'path', a.path, 'job', a.job) as asset
     from asset a join subject s on s.id = a.subject_id and s.removed_at is null
     cross join lateral (
       select * from external_run x
       where ${isOfJobSql('x', 'a.job')} and not (x.told_by like 'push:%' and x.writes is not null)
         and (${stateForSql('x', 'a', 's')} = 'completed' or x.empties and x.state = 'completed')
       order by x.ended_at desc limit 1
     ) r
     where split_part(a.job, '/', 1) = $1
       and not exists (select 1 from arrival l where l.asset_id = a.subject_id and l.clock = 'loadedAt' and l.source = $2)
     order by s.id`,
    [connectionKey, jobWitness(connectionKey)],
  )
  return rows.map((row) => ({ run: toRun(row), asset: row.asset }))
}

/** What a connection was asked for its runs, and what was learnt. */
export interface AskedForRuns {
  /** The end of the latest run that had ended when all of them were listed last; null: never. */
  through: Instant | null
  /** The earliest instant at which a run that goes on began, or was to. */
  openSince: Instant | null
}

export async function loadAskedForRuns(sql: Sql, connectionKey: string): Promise<AskedForRuns> {
  const { rows } = await sql.query<{ runs_through: Date | null; open_since: Date | null }>(
    `select runs_through, (select min(least(placed_at, started_at)) from external_run r where r.connection_key = c.key and r.ended_at is null) as open_since
     from connection_state c where key = $1`,
    [connectionKey],
  )
  const row = rows[0]
  return { through: toInstantOrNull(row?.runs_through ?? null), openSince: toInstantOrNull(row?.open_since ?? null) }
}

/** Notes that a connection listed all its runs, up to those that ended then. */
export async function noteRunsListed(sql: Sql, connectionKey: string, at: Instant, through: Instant | null): Promise<void> {
  await sql.query(
    'update connection_state set runs_asked_at = $2, runs_problem = null, runs_through = greatest(runs_through, $3::timestamptz) where key = $1',
    [connectionKey, toText(at), toTextOrNull(through)],
  )
}

/** Notes that a connection did not list its runs, with the reason in public words. */
export async function noteRunsNotListed(sql: Sql, connectionKey: string, problem: string): Promise<void> {
  await sql.query('update connection_state set runs_problem = $2 where key = $1', [connectionKey, problem])
}

/**
 * The runs that go on and that their system did not list although it listed all: those missed for the first time are noted as missed since `now`;
 * those missed for at least `patienceMs` are returned.
 */
export async function listVanishedRuns(
  sql: Sql,
  connectionKey: string,
  listed: readonly string[],
  now: Instant,
  patienceMs: number,
): Promise<StoredExternalRun[]> {
  await sql.query(
    `update external_run set unseen_since = $3 where connection_key = $1 and ended_at is null and unseen_since is null and external_id <> all($2::text[])
       and told_at < $3 and told_by not like 'push:%'`,
    [connectionKey, listed, toText(now)],
  )
  const { rows } = await sql.query<ExternalRunRow>(
    'select * from external_run where connection_key = $1 and ended_at is null and unseen_since <= $2 and external_id <> all($3::text[])',
    [connectionKey, toText(now - patienceMs), listed],
  )
  return rows.map(toRun)
}

/** The jobs among these, `<connection>/<job>`, of which a run was ever told. */
export async function listKnownJobs(sql: Sql, jobs: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ job: string }>(
    `select j.job from unnest($1::text[]) as j(job) where exists (select 1 from external_run r where ${isOfJobSql('r', 'j.job')})`,
    [jobs],
  )
  return new Set(rows.map((row) => row.job))
}
