import { Client } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { sqlState } from '../lake-error.ts'
import { quoted } from '../staging.ts'
import { passwordInSql } from './role-password.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** A connection for the length of `work`. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: 60_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** The same server, another database. */
function onDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

function accountOf(url: string): { name: string; password: string } {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** Makes the account and the database of the lake where they are missing, as `adminUrl` where that is given, and tries both. */
export async function prepareDatabase(url: string, adminUrl: string | undefined): Promise<{ outcome: 'made' | 'there'; said: string }> {
  const why = await withClient(url, tryDatabase).then(
    () => null,
    (error: unknown) => error,
  )
  if (why === null) return { outcome: 'there', said: SAID }
  const isMissing = sqlState(why) === '3D000'
  const isUnknown = /^28/.test(sqlState(why))
  if (isUnknown && adminUrl === undefined) throw new TidemarkError('refused', { publicMessage: NO_ACCOUNT, cause: why })
  if (!isMissing && !isUnknown) throw why
  await withClient(adminUrl ?? onDatabase(url, 'postgres'), (admin) => makeMissing(admin, url, adminUrl !== undefined))
  await withClient(url, tryDatabase)
  return { outcome: 'made', said: SAID }
}

const NO_ACCOUNT =
  'The server does not let the account of LAKE_DATABASE_URL in. Where it has none yet, set LAKE_ADMIN_URL to an account that may make accounts and databases; else correct the password.'
const SAID = 'signed in, made a schema and took it back'

async function tryDatabase(client: Client): Promise<void> {
  await client.query('begin; create schema tidemark_prepare_try; rollback')
}

async function makeMissing(admin: Client, url: string, isOther: boolean): Promise<void> {
  const { name, password } = accountOf(url)
  if (isOther) {
    const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [name])
    if (rowCount === 0) await admin.query(`create role ${quoted(name)} login password ${passwordInSql(password)}`)
    // Whoever is no superuser gives a database only to a role it belongs to.
    await admin.query(`grant ${quoted(name)} to current_user`).catch(() => {})
  }
  const database = databaseOf(url)
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [database])
  const owner = isOther ? ` owner ${quoted(name)}` : ''
  if (rowCount === 0) await admin.query(`create database ${quoted(database)}${owner} encoding 'UTF8' template template0`)
}
