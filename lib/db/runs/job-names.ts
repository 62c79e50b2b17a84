import type { Sql } from '#lib/db/context.ts'

/** SQL: what a job's own system calls it; null: as it is named here, or nobody has told. */
export function jobNameSql(connection: string, job: string): string {
  return `(select n.name from external_job n where n.connection_key = ${connection} and n.job = ${job})`
}

/** SQL: the same of a job that is named `<connection>/<job>`. */
export function jobNameOfKeySql(key: string): string {
  return jobNameSql(`split_part(${key}, '/', 1)`, `substr(${key}, strpos(${key}, '/') + 1)`)
}

/** What their systems call these jobs, each named `<connection>/<job>`: without those that are named so there, too, or of which nobody has told. */
export async function loadJobNames(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql.query<{ key: string; name: string | null }>(
    `select w.key, ${jobNameOfKeySql('w.key')} as name from unnest($1::text[]) as w(key)`,
    [keys],
  )
  return new Map(rows.flatMap(({ key, name }) => (name === null ? [] : [[key, name]])))
}

/** Keeps what a connection calls its jobs; a new name takes the place of the one before. Under the lock of the connection. */
export async function storeJobNames(sql: Sql, connectionKey: string, names: ReadonlyMap<string, string>): Promise<void> {
  if (names.size === 0) return
  await sql.query(
    `insert into external_job (connection_key, job, name) select $1, x.job, x.name from unnest($2::text[], $3::text[]) as x(job, name)
     on conflict (connection_key, job) do update set name = excluded.name where external_job.name <> excluded.name`,
    [connectionKey, [...names.keys()], [...names.values()]],
  )
}
