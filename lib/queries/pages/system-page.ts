import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { lastMigration, listTableSizes, readMeasured, type TableSize } from '#lib/db/storage.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { TIDEMARK_VERSION } from '#lib/platform/version.ts'
import { type AdminFrame, getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { WORKER_SILENT_MS } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** What was found out, or in words why not. */
export type Told<T> = { ok: true; value: T } | { ok: false; words: string }

export interface WorkerSeen {
  id: string
  startedAt: Instant
  heartbeatAt: Instant
  stoppedAt: Instant | null
  state: 'working' | 'stopped' | 'silent'
  version: string | null
  node: string | null
  /** Runs it has in hand. */
  runs: number
}

export interface WorkNow {
  running: number
  waiting: number
  /** Wake-ups of workers that nobody has taken yet, by kind. */
  queued: { kind: string; count: number }[]
  /** Messages and letters on their way, and given up within a day. */
  messagesWaiting: number
  messagesGivenUp: number
}

export interface TableGrowth extends TableSize {
  /** Bytes more than a week ago, or than when first measured; null: it was not measured before. */
  grown: number | null
}

export interface Storage {
  tables: TableGrowth[]
  databaseBytes: number
  /** The day that growth is counted from; null: nothing was measured before today. */
  grownSince: string | null
}

export interface SlowQuery {
  text: string
  calls: number
  meanMs: number
  totalMs: number
}

export interface SystemPage {
  frame: AdminFrame
  tidemark: string
  node: string
  postgres: Told<string>
  workers: Told<WorkerSeen[]>
  work: Told<WorkNow>
  storage: Told<Storage>
  slowest: Told<SlowQuery[]>
  migrations: Told<{ count: number; last: string; at: Instant }>
}

/** How Tidemark itself is. What the database account may not read, or the server has not, is said in words. */
export async function getSystemPage(ctx: Context): Promise<SystemPage> {
  const [frame, postgres, workers, work, storage, slowest, migrations] = await Promise.all([
    getAdminFrame(ctx),
    told(ctx, 'the version of the server', postgresVersion),
    told(ctx, 'the workers', listWorkers),
    told(ctx, 'what is under way', workNow),
    told(ctx, 'the sizes of tables', storageNow),
    slowestQueries(ctx),
    told(ctx, 'the migrations', ({ pool }) => lastMigration(pool)),
  ])
  return { frame, tidemark: TIDEMARK_VERSION, node: process.version, postgres, workers, work, storage, slowest, migrations }
}

const MAY_NOT = '42501'
const NOT_THERE = ['42P01', '3F000', '42703', '42883']

async function told<T>(ctx: Context, what: string, ask: (ctx: Context) => Promise<T>): Promise<Told<T>> {
  try {
    return { ok: true, value: await ask(ctx) }
  } catch (error) {
    const code = codeOf(error)
    ctx.log.warn('a part of the system page could not be read', { what, error: toInternalMessage(error) })
    if (code === MAY_NOT) return { ok: false, words: `The account of DATABASE_URL may not read ${what}.` }
    if (NOT_THERE.includes(code)) return { ok: false, words: `This database does not have ${what} yet, or has it in another way.` }
    return { ok: false, words: `It could not be read (${what}); the log has the reason.` }
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

async function postgresVersion(ctx: Context): Promise<string> {
  const { rows } = await ctx.pool.query<{ version: string }>("select current_setting('server_version') as version")
  return rows[0]?.version ?? ''
}

const detailSchema = z
  .object({ version: z.string().nullable().catch(null), node: z.string().nullable().catch(null), runs: z.array(z.unknown()).catch([]) })
  .catch({ version: null, node: null, runs: [] })

async function listWorkers(ctx: Context): Promise<WorkerSeen[]> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Pick<WorkerSeen, 'id' | 'startedAt' | 'heartbeatAt' | 'stoppedAt'> & { detail: unknown }>(
    `select id, ${instant('started_at')} as "startedAt", ${instant('heartbeat_at')} as "heartbeatAt", ${instant('stopped_at')} as "stoppedAt", detail
     from worker_state order by stopped_at is not null, heartbeat_at desc limit 30`,
  )
  return rows.map(({ detail, ...row }) => {
    const { version, node, runs } = detailSchema.parse(detail)
    const isSilent = now - row.heartbeatAt > WORKER_SILENT_MS
    const state = row.stoppedAt !== null ? 'stopped' : isSilent ? 'silent' : 'working'
    return { ...row, version, node, runs: state === 'working' ? runs.length : 0, state }
  })
}

const WORK = `
  select (select count(*)::int from run where state = 'running') as running,
    (select count(*)::int from run where state in ('scheduled', 'overdue') and scheduled_for <= $1) as waiting,
    (select count(*)::int from outbox where next_attempt_at is not null) as "messagesWaiting",
    (select count(*)::int from outbox where given_up_at > $2) as "messagesGivenUp"`

async function workNow(ctx: Context): Promise<WorkNow> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Omit<WorkNow, 'queued'>>(WORK, [new Date(now), new Date(now - DAY_MS)])
  const counts = rows[0] ?? { running: 0, waiting: 0, messagesWaiting: 0, messagesGivenUp: 0 }
  const { rows: there } = await ctx.pool.query("select 1 where to_regclass('pgboss.job') is not null")
  if (there.length === 0) return { ...counts, queued: [] }
  const { rows: queued } = await ctx.pool.query<WorkNow['queued'][number]>(
    `select name as kind, count(*)::int as count from pgboss.job where state in ('created', 'retry') and name not like '\\_\\_%' group by name order by 2 desc, 1`,
  )
  return { ...counts, queued }
}

const GROWTH_DAYS = 7

async function storageNow(ctx: Context): Promise<Storage> {
  const [tables, measured, size] = await Promise.all([
    listTableSizes(ctx.pool),
    readMeasured(ctx.pool),
    ctx.pool.query<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes'),
  ])
  const dayOf = (at: Instant) => new Date(at).toISOString().slice(0, 10)
  const today = dayOf(ctx.clock.now())
  const weekAgo = dayOf(ctx.clock.now() - GROWTH_DAYS * DAY_MS)
  const days = Object.keys(measured)
    .filter((day) => day < today)
    .sort()
  const grownSince = days.find((day) => day >= weekAgo) ?? days.at(-1) ?? null
  const before = grownSince === null ? {} : (measured[grownSince] ?? {})
  const grown = (table: string, bytes: number) => (grownSince === null ? null : bytes - (before[table] ?? 0))
  return {
    tables: tables.map((table) => ({ ...table, grown: grown(table.table, table.bytes) })),
    databaseBytes: size.rows[0]?.bytes ?? 0,
    grownSince,
  }
}

/** Utility statements are left out: they are kept as written, and may hold a password. */
const SLOWEST = (name: string) => `
  select left(regexp_replace(query, '\\s+', ' ', 'g'), 400) as text, calls::float8, mean_exec_time as "meanMs", total_exec_time as "totalMs"
  from ${name} where dbid = (select oid from pg_database where datname = current_database())
    and query ~* '^\\s*(select|insert|update|delete|with|merge)\\M'
  order by total_exec_time desc limit 15`

const HOW_TO_MEASURE =
  'The server does not measure its statements. To have it do so: put pg_stat_statements into shared_preload_libraries, restart it, and run "create extension pg_stat_statements" in this database.'

async function slowestQueries(ctx: Context): Promise<Told<SlowQuery[]>> {
  const where = await told(ctx, 'how long statements take', async () => {
    const { rows } = await ctx.pool.query<{ name: string }>(
      `select quote_ident(n.nspname) || '.pg_stat_statements' as name from pg_extension e join pg_namespace n on n.oid = e.extnamespace
       where e.extname = 'pg_stat_statements'`,
    )
    return rows[0]?.name ?? null
  })
  if (!where.ok) return where
  const { value: name } = where
  if (name === null) return { ok: false, words: HOW_TO_MEASURE }
  const found = await told(ctx, 'how long statements take', async () => (await ctx.pool.query<SlowQuery>(SLOWEST(name))).rows)
  return found.ok ? found : { ok: false, words: `${found.words} ${HOW_TO_MEASURE}` }
}
