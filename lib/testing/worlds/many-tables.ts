import { open } from 'node:fs/promises'
import probeConnection from '#jobs/kinds/probe-connection.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import postgres from '#lib/connectors/postgres.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { aCatalogue, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { createWatchedDatabase } from '#lib/testing/database/watched-database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'

/** At least. The server has a clock of its own: ours stays within a minute of it. */
const EVERY_MS = SECOND_MS
/** Tables made in one transaction: each holds a lock until its end. */
const AT_ONCE = 500
const FEEDS = 100

/** Many tables of a database, all in the catalogue, and a worker that looks at them. */
export interface ManyTables {
  ctx: Context
  clock: FakeClock
  /** The address of the database that is looked at. */
  url: string
  /** Turns what is due and looks at all of them, as a worker does, a second after the last look. */
  look(): Promise<void>
  /** What the server says in its own log that it was asked since the last time, by looks. */
  asked(): Promise<string[]>
  /** Writes a row, of now, into these tables. */
  write(tables: readonly number[]): Promise<void>
  /** Where the row of each asset lies: elsewhere once it was rewritten. */
  versions(of: 'asset' | 'subject'): Promise<Map<number, string>>
  /** Has both databases know how many rows they hold, as they do by themselves where autovacuum is on: plans are made by that. */
  analyze(): Promise<void>
  /** Gives the connection other settings. */
  setSettings(settings: Record<string, unknown>): Promise<void>
  close(): Promise<void>
}

export async function openManyTables(count: number, settings: Record<string, unknown> = {}): Promise<ManyTables> {
  const watched = await createWatchedDatabase()
  const state = await createTestDatabase()
  const clock = new FakeClock(systemClock.now())
  const ctx = state.context(clock)
  for (let from = 0; from < count; from += AT_ONCE)
    await watched.sql(tablesFrom(from, Math.min(count, from + AT_ONCE) - 1, clock.now() - HOUR_MS))
  const owner = await watched.session()
  await owner.query("select set_config('log_statement', 'none', false)")
  const { rows } = await owner.query<{ name: string }>('select current_database() as name')
  await owner.query(`alter database ${rows[0]?.name ?? ''} set log_statement = 'all'`)
  const connection = { kind: 'postgres', probe: '5m', url: watched.url, ...settings }
  await declareTables(ctx, count, connection)
  const services = testServices(ctx, { connectors: new Map([['postgres', postgres]]) })
  const log = await serverLog(ctx)
  return {
    ctx,
    clock,
    url: watched.url,
    look: () => lookOnce(services, clock),
    asked: log,
    write: (tables) => watched.sql(tables.map((n) => `insert into t${n} values (to_timestamp(${clock.now() / 1000}));`).join('\n')),
    versions: async (of) =>
      new Map((await ctx.pool.query<{ id: number; version: string }>(VERSIONS[of])).rows.map((row) => [row.id, row.version])),
    analyze: async () => {
      await ctx.pool.query('analyze')
      await watched.sql('analyze')
    },
    setSettings: async (changed) => {
      const written = JSON.stringify({ ...connection, ...changed })
      await ctx.pool.query(`update catalogue_version set document = jsonb_set(document::jsonb, '{connections,db}', $1)::json`, [written])
    },
    async close() {
      await state.drop()
      await watched.drop()
    },
  }
}

const VERSIONS = {
  asset: 'select subject_id as id, ctid::text as version from asset',
  subject: `select id, ctid::text as version from subject where kind = 'asset'`,
}

function tablesFrom(from: number, to: number, loadedAt: Instant): string {
  return `do $$ begin for n in ${from}..${to} loop
    execute format('create table t%s (loaded_at timestamptz)', n);
    execute format('create index on t%s (loaded_at)', n);
    execute format('insert into t%s values (%L)', n, '${new Date(loadedAt).toISOString()}');
  end loop; end $$`
}

async function declareTables(ctx: Context, count: number, connection: Record<string, unknown>): Promise<void> {
  const promise = {
    policies: [anAge(DAY_MS, 3 * DAY_MS)],
    blindAfterMs: 15 * MINUTE_MS,
    settings: { column: 'loaded_at' },
    connection: 'db',
  }
  const assets = Array.from({ length: count }, (_, n) => anAsset(`public.t${n}`, { ...promise, feed: `feed-${n % FEEDS}` }))
  const document = { connections: { db: connection } }
  await syncCatalogue(ctx, { catalogue: aCatalogue(assets), document, hash: 'many', schema: {} })
}

async function lookOnce(services: JobServices, clock: FakeClock): Promise<void> {
  clock.set(Math.max(clock.now() + EVERY_MS, systemClock.now()))
  await sweepDue(services.ctx)
  await services.ctx.pool.query(`update connection_state set next_probe_at = $1 where key = 'db'`, [new Date(clock.now())])
  await probeConnection.run(services, { connection: 'db', isAlive: true })
}

/** A statement may have many lines: the next entry begins with its date. */
const ENTRY = /\n(?=\d{4}-\d\d-\d\d )/
const STATEMENT = /^.*? LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)$/

/** Reads on in the log of the server each time it is called. */
async function serverLog(ctx: Context): Promise<() => Promise<string[]>> {
  const { rows } = await ctx.pool.query<{ path: string }>(`select current_setting('data_directory') || '/../server.log' as path`)
  const file = await open(rows[0]?.path ?? '')
  const readOn = async () => (await file.readFile('utf8')).split(ENTRY)
  await readOn()
  return async () => (await readOn()).flatMap((entry) => STATEMENT.exec(entry)?.[1]?.trim() ?? [])
}
