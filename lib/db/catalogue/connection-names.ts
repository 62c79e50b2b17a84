import type { Sql } from '#lib/db/context.ts'

/** SQL: what people call the connection of a key; its key where the catalogue gives it no name, or it is not seen. */
export function connectionNameSql(key: string): string {
  return `coalesce((select n.name from connection_state n where n.key = ${key}), ${key})`
}

/** What people call these connections, by their keys: without those that are not seen. */
export async function loadConnectionNames(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql.query<{ key: string; name: string }>(
    'select key, coalesce(name, key) as name from connection_state where key = any($1::text[])',
    [keys],
  )
  return new Map(rows.map(({ key, name }) => [key, name]))
}

/** Of these connections those whose database was gone when they were down last. */
export async function listGoneConnections(sql: Sql, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const { rows } = await sql.query<{ key: string }>('select key from connection_state where key = any($1::text[]) and is_gone', [keys])
  return new Set(rows.map(({ key }) => key))
}
