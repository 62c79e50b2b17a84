import type { Client } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { sqlState } from '../lake-error.ts'
import { quotedTable } from '../load-target.ts'
import { quoted } from '../staging.ts'
import { databaseOf, withClient } from './prepare-database.ts'
import type { PrepareStep } from './prepare-step.ts'
import { listTables } from './prepare-tables.ts'
import { passwordInSql } from './role-password.ts'

/** An account that reads the lake, its password resolved. */
export interface LakeRole {
  name: string
  password: string
  /** Schemas, or tables as `schema.table`. */
  reads: readonly string[]
}

/** The lake, and who may make accounts on its server. */
export interface LakeServer {
  url: string
  adminUrl: string | undefined
}

type Done = Pick<PrepareStep, 'outcome' | 'said'>

/** Makes the account where it is missing; the password of one that is there is tried and never changed. */
export async function prepareRole({ url, adminUrl }: LakeServer, { name, password }: LakeRole): Promise<Done> {
  const isMade = await withClient(adminUrl ?? url, async (admin) => {
    const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [name])
    if (rowCount === 0) await admin.query(`create role ${quoted(name)} login password ${passwordInSql(password)}`)
    return rowCount === 0
  })
  await withClient(url, (owner) => owner.query(`grant connect on database ${quoted(databaseOf(url))} to ${quoted(name)}`))
  await asRole(url, { name, password }, (client) => client.query('select 1'))
  return { outcome: isMade ? 'made' : 'there', said: 'signed in with its password' }
}

/** Grants what the role may read, also of tables that come, and tries by signing in as it: what it may read, and that nothing else of the lake is told to it. */
export async function prepareAccess({ url }: LakeServer, role: LakeRole): Promise<Done> {
  const { granted, tables } = await withClient(url, async (owner) => ({
    granted: await grant(owner, role),
    tables: await listTables(owner),
  }))
  const may = (table: { schema: string; table: string }) =>
    role.reads.includes(table.schema) || role.reads.includes(`${table.schema}.${table.table}`)
  const wrong = await asRole(url, role, async (client) => {
    const found: string[] = []
    for (const table of tables) {
      const isRead = await isAllowed(client, `select from ${table.name} limit 1`)
      if (isRead !== may(table)) found.push(`${isRead ? 'may read' : 'may not read'} ${table.name}`)
    }
    const { rows } = await client.query<{ name: string }>(CHANGEABLE)
    return [...found, ...rows.map(({ name }) => `may change ${name}`)]
  })
  if (wrong.length > 0)
    throw new TidemarkError('refused', { publicMessage: `It ${wrong.slice(0, 3).join(', ')}${more(wrong.length - 3)}. ${REMEDY}` })
  const read = tables.filter(may).length
  return {
    outcome: granted ? 'made' : 'there',
    said: `read ${read} and was refused ${tables.length - read} of ${tables.length} tables, and may change none`,
  }
}

const REMEDY = 'Somebody granted more than the catalogue says, or took away what it says: nothing is taken away here, REVOKE it.'
const more = (count: number) => (count > 0 ? ` and ${count} more` : '')

/** Answers whether anything was missing. */
async function grant(owner: Client, { name, reads }: LakeRole): Promise<boolean> {
  let isNew = false
  for (const place of reads) {
    const [schema = '', table] = place.split('.')
    const own = table === undefined ? `all tables in schema ${quoted(schema)}` : `table ${quotedTable(place)}`
    const missing = await owner.query(MISSING, [schema, table ?? null, name])
    if (missing.rowCount !== 0) isNew = true
    await owner.query(`grant usage on schema ${quoted(schema)} to ${quoted(name)}`)
    await owner.query(`grant select on ${own} to ${quoted(name)}`)
    if (table === undefined)
      await owner.query(`alter default privileges in schema ${quoted(schema)} grant select on tables to ${quoted(name)}`)
  }
  return isNew
}

const MISSING = `
  select from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm') and ($2::text is null or c.relname = $2) and not has_table_privilege($3, c.oid, 'select')`

/** What whoever asks may change in any way, as the server says: nothing of it is tried, since triggers would run. */
const CHANGEABLE = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public') and has_schema_privilege(n.oid, 'usage')
    and (has_table_privilege(c.oid, 'insert, update, delete, truncate') or has_any_column_privilege(c.oid, 'insert, update')) order by 1`

/** False where the server refuses it for want of a right; nothing of it stays. */
async function isAllowed(client: Client, text: string): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(text)
    return true
  } catch (error) {
    if (sqlState(error) === '42501') return false
    throw error
  } finally {
    await client.query('rollback')
  }
}

/** Signs in as the role, wherever in the address the account of the lake stands. */
function asRole<T>(url: string, { name, password }: Pick<LakeRole, 'name' | 'password'>, work: (client: Client) => Promise<T>): Promise<T> {
  const own = new URL(url)
  own.username = encodeURIComponent(name)
  own.password = encodeURIComponent(password)
  // Of an address without a host only these count, and they do before the others.
  own.searchParams.set('user', name)
  own.searchParams.set('password', password)
  return withClient(own.href, async (client) => {
    const { rows } = await client.query<{ name: string }>('select session_user as name')
    if (rows[0]?.name !== name)
      throw new TidemarkError('refused', {
        publicMessage: `Whoever signs in as it is ${rows[0]?.name ?? 'nobody'}: nothing could be tried.`,
      })
    return work(client)
  })
}
