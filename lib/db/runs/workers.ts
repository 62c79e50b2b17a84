import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Notes that a worker lives; `detail` says what it is doing. */
export async function noteHeartbeat(
  sql: Sql,
  worker: { id: string; startedAt: Instant; at: Instant; detail: Record<string, unknown> },
): Promise<void> {
  await sql.query(
    `insert into worker_state (id, started_at, heartbeat_at, detail) values ($1, $2, $3, $4)
     on conflict (id) do update set heartbeat_at = excluded.heartbeat_at, detail = excluded.detail, stopped_at = null`,
    [worker.id, toText(worker.startedAt), toText(worker.at), JSON.stringify(worker.detail)],
  )
}

/** When any worker was last heard of; null when none ever was. */
export async function getLastHeartbeat(sql: Sql): Promise<Instant | null> {
  const { rows } = await sql.query<{ last: Date | null }>('select max(heartbeat_at) as last from worker_state')
  return toInstantOrNull(rows[0]?.last ?? null)
}

export async function noteStopped(sql: Sql, id: string, at: Instant): Promise<void> {
  await sql.query('update worker_state set stopped_at = $2, heartbeat_at = $2 where id = $1', [id, toText(at)])
}

export async function forgetWorkers(sql: Sql, before: Instant): Promise<number> {
  return (await sql.query('delete from worker_state where heartbeat_at < $1', [toText(before)])).rowCount ?? 0
}
