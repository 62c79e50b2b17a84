import { createHash, randomBytes } from 'node:crypto'
import { Client, Pool, type PoolClient } from 'pg'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { type Actor, atTerminal } from '#lib/domain/access/actor.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { environmentVariable } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { applyMigrations, migrationChecksum, readMigrations } from '#lib/platform/migrate.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { startTestServer } from '#lib/testing/servers/test-server.ts'
import { KeptDatabase } from './kept-database.ts'

export interface TestDatabase {
  url: string
  /** A context on this database, closed by `drop`; of somebody who may do everything, unless said. */
  context(clock?: Clock, actor?: Actor): Context
  drop(): Promise<void>
}

const TEMPLATE_LOCK = 410_526

let ownServer: Promise<string> | undefined

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

let admin: Promise<Pool> | undefined

/** Connections for making and dropping databases; idle ones keep no process alive. */
function adminPool(): Promise<Pool> {
  admin ??= adminUrl().then((connectionString) => {
    const pool = new Pool({ connectionString, max: 2, idleTimeoutMillis: 0, allowExitOnIdle: true })
    return pool.on('error', () => {})
  })
  return admin
}

/**
 * Makes a database of which others are made. Somebody has to have been in it last of all: who is the first in a database works out what the server
 * needs to know of it, and that is copied.
 */
async function makeTemplate(client: PoolClient, name: string, fill: (url: string) => Promise<unknown>): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [name])
  if (found.rowCount !== 0) return
  const draft = `${name}_draft`
  const url = databaseUrl(await adminUrl(), draft)
  await client.query(`drop database if exists ${draft} with (force)`)
  await client.query(`create database ${draft} encoding 'UTF8' template template0`)
  await fill(url)
  const visitor = new Client({ connectionString: url })
  await visitor.connect()
  await visitor.end()
  await client.query(`alter database ${draft} with allow_connections false`)
  await client.query(`alter database ${draft} rename to ${name}`)
}

const EMPTY_TEMPLATE = 'tidemark_template_empty'

async function findTemplate(pool: Pool, isEmpty: boolean): Promise<string> {
  const name = isEmpty ? EMPTY_TEMPLATE : await migratedName()
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    await makeTemplate(client, name, async (url) => !isEmpty && applyMigrations(url))
  } finally {
    client.release(true)
  }
  return name
}

async function migratedName(): Promise<string> {
  const migrations = await readMigrations('prisma/migrations')
  const all = migrations.map(({ name, sql }) => `${name} ${migrationChecksum(sql)}`).join('\n')
  return `tidemark_template_${createHash('sha256').update(all).digest('hex').slice(0, 12)}`
}

/** From PostgreSQL 15 on a template can be copied file by file: that makes a database per test cheap. */
async function findStrategy(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: number }>("select current_setting('server_version_num')::int as version")
  return (rows[0]?.version ?? 0) >= 150_000 ? 'strategy file_copy' : ''
}

const templates = new Map<boolean, Promise<string>>()
let strategy: Promise<string> | undefined

async function createDatabase(isEmpty: boolean): Promise<string> {
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  const pool = await adminPool()
  const template = templates.get(isEmpty) ?? findTemplate(pool, isEmpty)
  templates.set(isEmpty, template)
  strategy ??= findStrategy(pool)
  await pool.query(`create database ${name} template ${await template} ${await strategy}`)
  return databaseUrl(await adminUrl(), name)
}

async function dropDatabase(url: string): Promise<void> {
  await (await adminPool()).query(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`)
}

/** Databases that tests of this process are done with, as good as new. */
const free: KeptDatabase[] = []

/** Whether the server ends with the tests, so that nothing of theirs is left on it. */
const isKept = () => environmentVariable('TIDEMARK_TEST_DATABASES') === 'kept'

/** A database of its own, as good as new, migrated unless `empty`. Call `drop` when done. Nobody was ever connected to one that is `unused`. */
export async function createTestDatabase({ empty = false, unused = false } = {}): Promise<TestDatabase> {
  if (empty || unused || !isKept()) {
    const url = await createDatabase(empty)
    return testDatabase(url, undefined, () => dropDatabase(url))
  }
  const kept = free.pop() ?? (await KeptDatabase.open(await createDatabase(false), environmentVariable('TIDEMARK_TEST_SOCKETS')))
  return testDatabase(kept.url, kept, async () => {
    if (await kept.renew()) free.push(kept)
    else await dropDatabase(kept.url)
  })
}

function testDatabase(url: string, kept: KeptDatabase | undefined, giveBack: () => Promise<void>): TestDatabase {
  const contexts: Context[] = []
  let dropped: Promise<void> | undefined
  const drop = async () => {
    kept?.finish()
    await Promise.all(contexts.map((ctx) => closeContext(ctx)))
    await giveBack()
  }
  return {
    url,
    context(clock = systemClock, actor = atTerminal(null)) {
      const ctx = createContext({ url, actor, clock, log: silentLog, connections: 5, ...(kept && { client: kept.Client }) })
      contexts.push(ctx)
      return ctx
    },
    drop() {
      dropped ??= drop()
      return dropped
    },
  }
}

export async function createDatabaseAt(at: Instant | string): Promise<{ database: TestDatabase; clock: FakeClock; ctx: Context }> {
  const database = await createTestDatabase()
  const clock = new FakeClock(at)
  return { database, clock, ctx: database.context(clock) }
}
