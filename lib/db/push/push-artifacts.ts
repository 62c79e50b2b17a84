import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** An artifact of dbt by what it says of itself. */
export interface PushedArtifact {
  name: string
  invocationId: string
  generatedAt: Instant
  /** Of its content. */
  sha256: string
}

/** Of a connection so many of each name stay, also after they have been looked at; of manifests and catalogs, of which only the newest counts, fewer. */
const KEPT = 20
const MANIFESTS_KEPT = 3
/** What a look has surely read: it may have begun before this was there. */
const SURELY_READ_MS = HOUR_MS

/** The connections of dbt whose artifacts are pushed, as far as the reader sees them, in the order of their keys. */
export async function listPushedProjects(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    "select key from connection_state where kind = 'dbt' and settings ->> 'artifacts' = 'pushed' and removed_at is null order by key",
  )
  return rows.map(({ key }) => key)
}

/** Whether readers of an audience see all that a connection tells of: every asset of it, and every other one that a job of it writes or wrote. */
export async function isSeenWhole(sql: Sql, connectionKey: string, audience: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select from (
       select subject_id from asset where connection_key = $1 or starts_with(job, $1 || '/')
       union
       select subject_id from subject_version where starts_with(settings ->> 'job', $1 || '/')
     ) a join subject s on s.id = a.subject_id
     where s.removed_at is null
       and not exists (select 1 from audience_group g where g.audience = $2 and g.group_id = s.group_id) limit 1`,
    [connectionKey, audience],
  )
  return rowCount === 0
}

/** How much is kept of a connection. */
export async function sizeOfArtifacts(sql: Sql, connectionKey: string): Promise<{ count: number; bytes: number }> {
  const { rows } = await sql.query<{ count: number; bytes: number }>(
    'select count(*)::int as count, coalesce(sum(octet_length(packed)), 0)::float8 as bytes from push_artifact where connection_key = $1',
    [connectionKey],
  )
  return rows[0] ?? { count: 0, bytes: 0 }
}

/** Keeps an artifact; false when it was there. Of two of one invocation the later made counts. */
export async function insertArtifact(
  sql: Sql,
  connectionKey: string,
  artifact: PushedArtifact & { packed: Buffer },
  by: { tokenId: string; now: Instant },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into push_artifact as p (connection_key, name, invocation_id, generated_at, received_at, token_id, sha256, packed)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (connection_key, name, invocation_id) do update
     set generated_at = excluded.generated_at, received_at = excluded.received_at, token_id = excluded.token_id, sha256 = excluded.sha256,
       packed = excluded.packed, noticed_at = null
     where p.sha256 <> excluded.sha256 and p.generated_at < excluded.generated_at`,
    [
      connectionKey,
      artifact.name,
      artifact.invocationId,
      toText(artifact.generatedAt),
      toText(by.now),
      by.tokenId,
      artifact.sha256,
      artifact.packed,
    ],
  )
  return rowCount === 1
}

/** Forgets what is not among the last of its name, once the connection has been looked through since it came. What says that it is of the future takes nobody's place. */
export async function forgetReadArtifacts(sql: Sql, connectionKey: string, now: Instant): Promise<void> {
  await sql.query(
    `delete from push_artifact p using (
       select a.id, row_number() over (partition by a.name, a.generated_at > $4::timestamptz order by a.generated_at desc, a.id desc) as place
       from push_artifact a where a.connection_key = $1
     ) x, connection_state c
     where p.id = x.id and c.key = $1 and x.place > case when p.name in ('manifest.json', 'catalog.json') then $3::int else $2::int end
       and p.received_at < c.runs_asked_at - $5::float8 * interval '1 millisecond'`,
    [connectionKey, KEPT, MANIFESTS_KEPT, toText(now + MINUTE_MS), SURELY_READ_MS],
  )
}

/** What is kept of a connection, the latest made first. */
export async function listArtifacts(sql: Sql, connectionKey: string): Promise<(PushedArtifact & { id: string })[]> {
  const { rows } = await sql.query<Omit<PushedArtifact, 'generatedAt'> & { id: string; generatedAt: Date }>(
    `select id::text, name, invocation_id as "invocationId", generated_at as "generatedAt", sha256 from push_artifact
     where connection_key = $1 order by generated_at desc, id desc`,
    [connectionKey],
  )
  return rows.map((row) => ({ ...row, generatedAt: toInstant(row.generatedAt) }))
}

/** The content of an artifact, packed by gzip; null when it is there no more. */
export async function readPacked(sql: Sql, id: string): Promise<Buffer | null> {
  const { rows } = await sql.query<{ packed: Buffer }>('select packed from push_artifact where id = $1', [id])
  return rows[0]?.packed ?? null
}

/** A look through each connection for which something came is due now; of a new manifest or catalog what there is, too. What came is noted last: who stops before asks again. */
export async function askForLooks(sql: Sql, now: Instant): Promise<number> {
  const { rows } = await sql.query<{ key: string; naming: boolean; came: { id: number; sha256: string }[] }>(
    `select connection_key as key, bool_or(name in ('manifest.json', 'catalog.json')) as naming, json_agg(json_build_object('id', id, 'sha256', sha256)) as came
     from push_artifact where noticed_at is null group by connection_key order by connection_key`,
  )
  const keys = rows.map(({ key }) => key)
  if (keys.length === 0) return 0
  await sql.query('update connection_state set next_probe_at = least(next_probe_at, $2::timestamptz) where key = any($1::text[])', [
    keys,
    toText(now),
  ])
  await sql.query(
    'update discovery set next_at = least(next_at, $2::timestamptz) where connection_key = any($1::text[]) and every_seconds is not null',
    [rows.flatMap(({ key, naming }) => (naming ? [key] : [])), toText(now)],
  )
  await sql.query(
    `update push_artifact p set noticed_at = $2 from jsonb_to_recordset($1::jsonb) as x(id bigint, sha256 text)
     where p.id = x.id and p.sha256 = x.sha256 and p.noticed_at is null`,
    [JSON.stringify(rows.flatMap(({ came }) => came)), toText(now)],
  )
  return keys.length
}
