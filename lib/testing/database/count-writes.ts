import type { ClientBase } from 'pg'

/** Makes the server publish this session's write counters. Before version 15 its collector gathers them every half second. */
export async function countWrites(session: ClientBase): Promise<void> {
  const { rows } = await session.query<{ version: number }>("select current_setting('server_version_num')::int as version")
  await session.query((rows[0]?.version ?? 0) >= 150_000 ? 'select pg_stat_force_next_flush()' : 'select pg_sleep(1.2)')
}
