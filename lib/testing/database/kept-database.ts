import { Client, type Pool, type PoolClient } from 'pg'
import { asActor, type Context, closeContext, createContext } from '#lib/db/context.ts'
import { Readers } from '#lib/db/readers.ts'
import { type Actor, WORKER } from '#lib/domain/access/actor.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'

/** Connections with the clock of the test that has them now. */
export interface KeptContext {
  ctx: Context
  clock: Clock
  readerPools: Set<Pool>
  /** Ends what has been lent to the test that has them now. */
  takeBack: () => void
}

/** A database whose test has ended, with contexts whose connections know its tables: the next test begins where no other has been. */
export interface KeptDatabase {
  name: string
  url: string
  /** The transaction it was handed out by: what its catalogue has of later ones, a test has made. */
  since: string
  /** What a database has in which no test made anything. */
  original: string
  idle: KeptContext[]
}

/** Catalogues of PostgreSQL that tell when somebody made, changed or dropped something. */
const CATALOGUES = [
  ...['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_proc', 'pg_type'],
  ...['pg_statistic', 'pg_extension', 'pg_default_acl', 'pg_event_trigger', 'pg_publication', 'pg_statistic_ext', 'pg_foreign_server'],
]

const COUNTS = [
  ...CATALOGUES.map((name) => `(select count(*) || '+' || count(*) filter (where age(xmin) <= age($1::text::xid)) from ${name})`),
  `(select count(*) || '+' || count(*) filter (where age(xmin) <= age($1::text::xid)) from pg_namespace where nspname !~ '^pg_(toast_)?temp_')`,
  `(select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = current_database())`,
  `(select count(*) from pg_prepared_xacts where database = current_database())`,
  `(select coalesce(datacl::text, '') from pg_database where datname = current_database())`,
  `(select md5(string_agg(m::text, ',' order by m::text)) from public._prisma_migrations m)`,
]
const STATE = `select concat_ws(' ', ${COUNTS.join()}) as state`

async function stateOf(session: Client | PoolClient, since: string): Promise<string> {
  const { rows } = await session.query<{ state: string }>(STATE, [since])
  return rows[0]?.state ?? ''
}

/** Looks at a database that no test has seen yet. */
export async function firstLook(name: string, url: string): Promise<KeptDatabase> {
  const session = new Client({ connectionString: url })
  await session.connect()
  const { rows } = await session.query<{ since: string }>('select pg_current_xact_id()::xid::text as since')
  const since = rows[0]?.since ?? ''
  const original = await stateOf(session, since)
  await session.end()
  return { name, url, since, original, idle: [] }
}

/** Connections for a test: those of an earlier one where there are any. */
export function takeContext(database: KeptDatabase): KeptContext {
  const found = database.idle.pop()
  if (found !== undefined) return found
  const clock: Clock = { now: () => made.clock.now(), sleep: (ms, signal) => made.clock.sleep(ms, signal) }
  const ctx = createContext({ url: database.url, actor: WORKER, clock, log: silentLog, connections: 5 })
  const made: KeptContext = { ctx, clock: systemClock, readerPools: new Set(), takeBack: () => {} }
  return made
}

/** A pool as the test that has it now sees it: when that has ended, it is an ended pool to whatever the test left running. */
function lend(pool: Pool, hasEnded: () => boolean): Pool {
  const refuse = () => Promise.reject(new Error('Cannot use a pool after calling end on the pool'))
  return new Proxy(pool, {
    get(target, name) {
      if (hasEnded() && (name === 'query' || name === 'connect')) return refuse
      if (hasEnded() && name === 'ended') return true
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The context of a test on such connections. */
export function contextOn(kept: KeptContext, clock: Clock, actor: Actor): Context {
  let ended = false
  kept.clock = clock
  kept.takeBack = () => {
    ended = true
  }
  const whole = lend(kept.ctx.whole, () => ended)
  const readers = new Readers((audience) => {
    const pool = kept.ctx.readers.poolOf(audience)
    kept.readerPools.add(pool)
    return lend(pool, () => ended)
  })
  return asActor({ ...kept.ctx, clock, whole, readers }, actor)
}

/** Whether a pool is as it was made, and nobody has one of its connections or waits for one. */
function isQuiet(pool: Pool): boolean {
  const isReplaced = Object.hasOwn(pool, 'query') || Object.hasOwn(pool, 'connect')
  return !pool.ended && !isReplaced && pool.idleCount === pool.totalCount && pool.waitingCount === 0
}

/** Every connection of these pools, when they are quiet. */
async function sessionsOf(pools: readonly Pool[]): Promise<PoolClient[]> {
  if (!pools.every(isQuiet)) return []
  return Promise.all(pools.flatMap((pool) => Array.from({ length: pool.totalCount }, () => pool.connect())))
}

/** Whether the server never refused these connections for what is wrong with itself. */
function neverTroubled(kept: KeptContext): boolean {
  kept.clock = { ...systemClock, now: () => Number.NEGATIVE_INFINITY }
  kept.ctx.trouble.onBegin = () => {}
  return kept.ctx.trouble.current() === null
}

async function forget(session: PoolClient): Promise<void> {
  await session.query('discard all')
  await session.query("set timezone to 'UTC'")
}

const EMPTY = `do $$
declare one record;
begin
  set local session_replication_role = replica;
  for one in select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public' and tablename <> '_prisma_migrations' loop
    execute 'delete from ' || one.name;
  end loop;
  for one in select format('%I.%I', schemaname, sequencename) as name, start_value from pg_sequences where last_value is not null loop
    perform setval(one.name::regclass, one.start_value, false);
  end loop;
end $$`

/** Emptied tables keep their pages. Above this a new database is sooner made than read around. */
const SIZE_BYTES_MAX = 6_000_000
const SIZE = `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 as bytes from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`

async function isSmall(session: PoolClient): Promise<boolean> {
  const { rows } = await session.query<{ bytes: number }>(SIZE)
  return (rows[0]?.bytes ?? 0) <= SIZE_BYTES_MAX
}

async function isAlone(session: PoolClient, ours: readonly PoolClient[]): Promise<boolean> {
  const pids = ours.map((client) => ('processID' in client ? client.processID : null))
  const { rowCount } = await session.query('select from pg_stat_activity where datname = current_database() and pid <> all ($1)', [pids])
  return rowCount === 0
}

/** Empties a database and what its connections hold; false when something else than rows has changed, or somebody is still there. */
export async function restore(database: KeptDatabase, used: readonly KeptContext[]): Promise<boolean> {
  const own: PoolClient[] = []
  const kept: KeptContext[] = []
  for (const { takeBack } of used) takeBack()
  for (const one of [...database.idle, ...used]) {
    const sessions = neverTroubled(one) ? await sessionsOf([one.ctx.whole, ...one.readerPools]) : []
    if (sessions.length === 0) await closeContext(one.ctx)
    else kept.push(one)
    own.push(...sessions)
  }
  database.idle = kept
  try {
    return await emptied(database, own)
  } catch {
    return false
  } finally {
    for (const session of own) session.release()
  }
}

async function emptied(database: KeptDatabase, sessions: readonly PoolClient[]): Promise<boolean> {
  const [first] = sessions
  if (first === undefined) return false
  await Promise.all(sessions.map(forget))
  if (!(await isAlone(first, sessions)) || !(await isSmall(first)) || (await stateOf(first, database.since)) !== database.original)
    return false
  await first.query(EMPTY)
  return true
}

/** Ends the connections of a database, those its last test used included. */
export async function closeKept(database: KeptDatabase, used: readonly KeptContext[]): Promise<void> {
  await Promise.all([...database.idle, ...used].map(({ ctx }) => closeContext(ctx)))
}
