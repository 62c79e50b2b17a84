import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool, PoolClient } from 'pg'
import type { Clock } from '#lib/platform/clock.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'

const OWN_FILE = 'tidemark.sql'
/** Others build on these, in this order. */
const FIRST = [OWN_FILE, 'documents.sql']

/** The files of sql/ in an order in which they can be applied. */
export async function listSchemaFiles(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return [...FIRST.filter((file) => files.includes(file)), ...files.filter((file) => !FIRST.includes(file))]
}

/** Applies a file of sql/, in one transaction that `guard` begins, unless this lake has exactly its content. Concurrent workers wait. */
export async function applySchemaFile(
  pool: Pool,
  folder: string,
  file: string,
  options: { clock: Clock; guard?: (client: PoolClient) => Promise<unknown> },
): Promise<'applied' | 'unchanged'> {
  const content = await readFile(join(folder, file), 'utf8')
  const hash = createHash('sha256').update(content).digest('hex')
  if (await isApplied(pool, file, hash)) return 'unchanged'
  const client = await pool.connect()
  let broken = true
  try {
    await client.query("begin; set local lock_timeout = '60s'")
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lakeSchema])
    const unchanged = await isApplied(client, file, hash)
    if (!unchanged) {
      await options.guard?.(client)
      await client.query(content)
      await client.query(
        `insert into tidemark.applied_schema (file, hash, applied_at) values ($1, $2, $3)
         on conflict (file) do update set hash = excluded.hash, applied_at = excluded.applied_at`,
        [file, hash, new Date(options.clock.now())],
      )
    }
    await client.query('commit')
    broken = false
    return unchanged ? 'unchanged' : 'applied'
  } finally {
    client.release(broken)
  }
}

export async function applyOwnSchema(pool: Pool, folder: string, clock: Clock): Promise<void> {
  await applySchemaFile(pool, folder, OWN_FILE, { clock })
}

async function isApplied(sql: Pick<PoolClient, 'query'>, file: string, hash: string): Promise<boolean> {
  const { rows } = await sql.query<{ there: boolean }>("select to_regclass('tidemark.applied_schema') is not null as there")
  if (rows[0]?.there !== true) return false
  const { rowCount } = await sql.query('select 1 from tidemark.applied_schema where file = $1 and hash = $2', [file, hash])
  return rowCount === 1
}
