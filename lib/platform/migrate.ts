import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from './errors.ts'
import { ADVISORY_LOCKS } from './postgres/advisory-locks.ts'

const OLDEST_SERVER = 14

const LEDGER = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`

interface Migration {
  name: string
  sql: string
}

interface LedgerRow {
  migration_name: string
  checksum: string
  finished: boolean
}

export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name, 'migration.sql'), 'utf8') })))
}

/** Prisma's checksum of a migration: sha256 of the file as it is. */
export function migrationChecksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}

function isSameText(checksum: string, sql: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n')
  return [sql, unix, unix.replaceAll('\n', '\r\n')].some((text) => migrationChecksum(text) === checksum)
}

function refuse(publicMessage: string): never {
  throw new TidemarkError('refused', { publicMessage })
}

async function refuseUnfitServer(client: Client): Promise<void> {
  const answer = await client.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding`,
  )
  const server = answer.rows[0]
  if (server === undefined || server.version < OLDEST_SERVER) {
    refuse(`The database server is PostgreSQL ${server?.version ?? '?'}; Tidemark needs ${OLDEST_SERVER} or newer.`)
  }
  if (server.encoding !== 'UTF8') {
    refuse(
      `The database's encoding is ${server.encoding}; Tidemark needs UTF8: create database tidemark encoding 'UTF8' template template0.`,
    )
  }
}

function pendingMigrations(migrations: readonly Migration[], ledger: readonly LedgerRow[]): Migration[] {
  const broken = ledger.find((row) => !row.finished)
  if (broken)
    refuse(`The migration ${broken.migration_name} was begun and never finished. Repair it, then mark it with "prisma migrate resolve".`)
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const row of ledger) {
    const migration = known.get(row.migration_name)
    if (migration === undefined)
      refuse(`The database was migrated by a newer Tidemark (${row.migration_name} is not known here): run that version or a newer one.`)
    if (!isSameText(row.checksum, migration.sql)) {
      refuse(
        `The migration ${row.migration_name} was changed after it had been applied. Restore its file and put the change into a new migration.`,
      )
    }
  }
  const applied = new Set(ledger.map((row) => row.migration_name))
  return migrations.filter((migration) => !applied.has(migration.name))
}

function isForbidden(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === '42501'
}

function toOwnerError({ database, user }: Client, cause: unknown): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `The account ${user} may not make Tidemark's tables in the database ${database}: let it own that (ALTER DATABASE ${database} OWNER TO ${user}), or name another in DATABASE_URL.`,
    cause,
  })
}

async function applyMigration(client: Client, migration: Migration): Promise<void> {
  const startedAt = (await client.query<{ at: string }>('select clock_timestamp()::text as at')).rows[0]?.at
  try {
    await client.query('begin')
    await client.query(migration.sql)
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), migrationChecksum(migration.sql), migration.name, startedAt],
    )
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    if (isForbidden(cause)) throw toOwnerError(client, cause)
    const publicMessage = `The migration ${migration.name} could not be applied: ${toInternalMessage(cause)}.`
    throw new TidemarkError('internal', { publicMessage, cause })
  }
}

async function migrate(client: Client, folder: string): Promise<string[]> {
  await refuseUnfitServer(client)
  const migrations = await readMigrations(folder)
  await client.query('set statement_timeout = 0')
  await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations])
  await client.query(LEDGER).catch((cause: unknown) => {
    throw isForbidden(cause) ? toOwnerError(client, cause) : cause
  })
  const ledger = await client.query<LedgerRow>(
    `select migration_name, checksum, finished_at is not null as finished
     from _prisma_migrations where rolled_back_at is null order by started_at`,
  )
  const pending = pendingMigrations(migrations, ledger.rows)
  for (const migration of pending) await applyMigration(client, migration)
  return pending.map((migration) => migration.name)
}

function toConnectError(cause: unknown): TidemarkError {
  const reason = toInternalMessage(cause) || 'no answer'
  return new TidemarkError('unavailable', {
    publicMessage: `The database does not let us in: ${reason}. Check DATABASE_URL, and that the database exists.`,
    cause,
    retryable: true,
  })
}

/** Applies what is missing of prisma/migrations, each in one transaction, and returns their names. Safe to call concurrently. Writes
 * Prisma's own ledger. */
export async function applyMigrations(url: string, folder = 'prisma/migrations'): Promise<string[]> {
  const client = new Client({ connectionString: url, application_name: 'tidemark migrations', connectionTimeoutMillis: 15_000 })
  client.on('error', () => {})
  await client.connect().catch((cause: unknown) => {
    throw toConnectError(cause)
  })
  try {
    return await migrate(client, folder)
  } finally {
    await client.end()
  }
}
