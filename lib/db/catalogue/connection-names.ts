import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

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

/** Of these connections those whose database is gone. */
export async function listGoneConnections(sql: Sql, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const { rows } = await sql.query<{ key: string }>('select key from connection_state where key = any($1::text[]) and is_gone', [keys])
  return new Set(rows.map(({ key }) => key))
}

/** SQL: gaps `g` of connections whose database was gone in them: something that lies there was gone since the same instant. */
export const GONE_GAPS = `
  blind g join asset lying on lying.connection_key = g.connection_key join blind b on b.asset_id = lying.subject_id and b.reason = 'gone' and b.from_at = g.seen_at`

/** A stretch in which the database of a connection was gone; `to` null: it still is. */
export interface GoneStretch {
  key: string
  from: Instant
  to: Instant | null
}

/** When the databases of these connections were gone, as far as whoever `sql` belongs to sees what lies there. */
export async function loadGoneStretches(sql: Sql, keys: readonly string[]): Promise<GoneStretch[]> {
  if (keys.length === 0) return []
  const { rows } = await sql.query<{ key: string; from_at: Date; to_at: Date | null }>(
    `select distinct g.connection_key as key, g.seen_at as from_at, g.to_at from ${GONE_GAPS} where g.connection_key = any($1::text[])`,
    [keys],
  )
  return rows.map((row) => ({ key: row.key, from: toInstant(row.from_at), to: toInstantOrNull(row.to_at) }))
}
