import { createHash, randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { environmentVariable } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { applyMigrations, migrationChecksum, readMigrations } from '#lib/platform/migrate.ts'
import { startTestServer } from '#lib/testing/servers/test-server.ts'

export interface TestDatabase {
  url: string
  /** A context on this database, closed by `drop`. */
  context(clock?: Clock): Context
  drop(): Promise<void>
}

const TEMPLATE_LOCK = 410_526

let ownServer: Promise<string> | undefined

/** The server of TIDEMARK_TEST_SERVER, else one of this process's own, which ends with it. */
function adminUrl(): Promise<string> {
  const given = environmentVariable('TIDEMARK_TEST_SERVER')
  if (given !== undefined) return Promise.resolve(given)
  ownServer ??= startTestServer().then((server) => server.adminUrl)
  return ownServer
}

function databaseUrl(admin: string, name: string): string {
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

async function withAdmin<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function makeTemplate(admin: string, client: Client, name: string): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [name])
  if (found.rowCount !== 0) return
  const draft = `${name}_draft`
  await client.query(`drop database if exists ${draft} with (force)`)
  await client.query(`create database ${draft} encoding 'UTF8' template template0`)
  await applyMigrations(databaseUrl(admin, draft))
  await client.query(`alter database ${draft} with allow_connections false`)
  await client.query(`alter database ${draft} rename to ${name}`)
}

async function findTemplate(admin: string): Promise<string> {
  const migrations = await readMigrations('prisma/migrations')
  const all = migrations.map(({ name, sql }) => `${name} ${migrationChecksum(sql)}`).join('\n')
  const name = `tidemark_template_${createHash('sha256').update(all).digest('hex').slice(0, 12)}`
  await withAdmin(admin, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    await makeTemplate(admin, client, name)
  })
  return name
}

/** From PostgreSQL 15 on a template can be copied file by file, which is what makes a database per test cheap. */
async function copyDatabase(client: Client, name: string, source: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>("select current_setting('server_version_num')::int as version")
  const strategy = (rows[0]?.version ?? 0) >= 150_000 ? 'strategy file_copy' : ''
  await client.query(`create database ${name} template ${source} ${strategy}`)
}

let template: Promise<string> | undefined

/** The name of the migrated database all others are copied from; made once per server and set of migrations. */
function requireTemplate(admin: string): Promise<string> {
  template ??= findTemplate(admin)
  return template
}

/** A new database of its own, migrated unless `empty`. Call `drop` when done. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const admin = await adminUrl()
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  const source = options.empty === true ? 'template0' : await requireTemplate(admin)
  await withAdmin(admin, (client) => copyDatabase(client, name, source))
  const url = databaseUrl(admin, name)
  const contexts: Context[] = []
  return {
    url,
    context(clock = systemClock) {
      const ctx = createContext({ url, clock, log: silentLog, connections: 5 })
      contexts.push(ctx)
      return ctx
    },
    async drop() {
      await Promise.all(contexts.map((ctx) => closeContext(ctx)))
      await withAdmin(admin, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}
