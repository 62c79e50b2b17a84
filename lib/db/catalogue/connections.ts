import type { CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface ConnectionState {
  key: string
  kind: string
  probeEveryMs: number
  nextProbeAt: Instant | null
  okAt: Instant | null
  failedAt: Instant | null
  /** In a row; 0 after a good look. */
  failures: number
  problem: string | null
}

interface ConnectionRow {
  key: string
  kind: string
  probe_every_ms: number
  next_probe_at: Date | null
  ok_at: Date | null
  failed_at: Date | null
  failures: number
  problem: string | null
}

function toConnection(row: ConnectionRow): ConnectionState {
  return {
    key: row.key,
    kind: row.kind,
    probeEveryMs: row.probe_every_ms,
    nextProbeAt: toInstantOrNull(row.next_probe_at),
    okAt: toInstantOrNull(row.ok_at),
    failedAt: toInstantOrNull(row.failed_at),
    failures: row.failures,
    problem: row.problem,
  }
}

/** Locks a connection of the catalogue until the transaction ends; undefined when there is none of that key. */
export async function lockConnection(sql: Sql, key: string): Promise<ConnectionState | undefined> {
  const { rows } = await sql.query<ConnectionRow>('select * from connection_state where key = $1 and removed_at is null for update', [key])
  return rows.map(toConnection)[0]
}

/** Locks every connection until the transaction ends. Whoever locks subjects, too, locks connections first. */
export async function lockConnections(sql: Sql): Promise<void> {
  await sql.query('select from connection_state order by key for no key update')
}

/** Notes a look that got in: whatever was said of the connection, its database is there. */
export async function noteConnectionOk(sql: Sql, key: string, at: Instant): Promise<void> {
  await sql.query(
    'update connection_state set ok_at = greatest(ok_at, $2::timestamptz), failures = 0, problem = null, is_gone = false where key = $1',
    [key, toText(at)],
  )
}

/** Notes a look that did not get in, with the reason in public words. */
export async function noteConnectionFailure(sql: Sql, key: string, at: Instant, problem: string): Promise<void> {
  await sql.query('update connection_state set failed_at = $2, failures = failures + 1, problem = $3 where key = $1', [
    key,
    toText(at),
    problem,
  ])
}

/** Notes that a run did not get in, with the reason in public words; only probes count as failures in a row. */
export async function noteRunDidNotGetIn(sql: Sql, key: string, at: Instant, problem: string): Promise<void> {
  await sql.query('update connection_state set failed_at = greatest(failed_at, $2::timestamptz), problem = $3 where key = $1', [
    key,
    toText(at),
    problem,
  ])
}

/** Whether nobody has got in since a probe or a run last failed to. */
export async function isConnectionFailing(sql: Sql, key: string): Promise<boolean> {
  const { rows } = await sql.query(
    "select from connection_state where key = $1 and failed_at > greatest(ok_at, case when check_ok then checked_at end, '-infinity')",
    [key],
  )
  return rows.length > 0
}

/** The connections of the catalogue through which a look is due, at all their assets or at some a second time; the longest waiting first. */
export async function listDueConnections(sql: Sql, now: Instant): Promise<ConnectionState[]> {
  const { rows } = await sql.query<ConnectionRow>(
    `select * from connection_state c where removed_at is null and (next_probe_at <= $1 or failures = 0 and exists (
       select 1 from asset a join subject s on s.id = a.subject_id
       where a.connection_key = c.key and a.look_again_at <= $1 and s.removed_at is null)) order by next_probe_at, key`,
    [toText(now)],
  )
  return rows.map(toConnection)
}

const SECRET_NAME = /pass|secret|token|credential|key|user/i

/** Only plain values that are neither references nor named like secrets; addresses lose their user part. */
function toPublicSettings(settings: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(settings)) {
    if (SECRET_NAME.test(name)) continue
    if (typeof value === 'number' || typeof value === 'boolean') shown[name] = value
    if (typeof value === 'string' && !value.includes('${') && !value.startsWith('file:')) shown[name] = value.replace(/\/\/[^/@]*@/, '//')
  }
  return shown
}

function toStoredSettings({ settings, rotatedOn, maxAgeMs, why }: CatalogueConnection): Record<string, unknown> {
  return { ...toPublicSettings(settings), rotatedOn, maxAgeMs, ...(why !== undefined && { why }) }
}

/** Makes the table name exactly these connections; new ones are looked at from `now` on, missing ones marked removed. */
export async function syncConnections(sql: Sql, now: Instant, connections: readonly CatalogueConnection[]): Promise<void> {
  const rows = connections.map((c) => ({
    key: c.key,
    name: c.name,
    kind: c.kind,
    every: c.probeEveryMs,
    settings: toStoredSettings(c),
    starts: c.startsJobs === true,
    pulses: c.hasPulse === true,
  }))
  await sql.query(
    `insert into connection_state as c (key, name, kind, probe_every_ms, next_probe_at, settings, starts_jobs, next_pulse_at)
     select key, name, kind, every, $2, settings, starts, case when pulses then $2::timestamptz end
     from jsonb_to_recordset($1::jsonb) as x(key text, name text, kind text, every int, settings jsonb, starts boolean, pulses boolean) order by key
     on conflict (key) do update
     set name = excluded.name, kind = excluded.kind, probe_every_ms = excluded.probe_every_ms, settings = excluded.settings,
         starts_jobs = excluded.starts_jobs, removed_at = null, next_pulse_at = excluded.next_pulse_at,
         next_probe_at = case
           when c.removed_at is not null or c.next_probe_at is null then excluded.next_probe_at
           else least(c.next_probe_at, excluded.next_probe_at + excluded.probe_every_ms * interval '1 millisecond') end`,
    [JSON.stringify(rows), toText(now)],
  )
  await sql.query('update connection_state set removed_at = $2 where removed_at is null and key <> all($1::text[])', [
    connections.map((c) => c.key),
    toText(now),
  ])
}
