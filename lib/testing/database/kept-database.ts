import { createHash } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { systemClock } from '#lib/platform/clock.ts'

/** What a session may have been told for its own length. */
const REST = `rollback; unlisten *; close all; discard temp; discard sequences; reset all; select pg_advisory_unlock_all()`

/** Notes that something but a temporary table was defined, changed or removed, even if that was taken back. */
const WATCH = `
  create schema kept; create sequence kept.changes;
  create function kept.note() returns event_trigger language plpgsql as $$ begin
    if not exists (select from pg_event_trigger_ddl_commands() where schema_name = 'pg_temp') then perform nextval('kept.changes'); end if;
  end $$;
  create event trigger kept on ddl_command_end execute function kept.note()`

/** SQL: whether the tables $1 are other than they were, or have statistics, which come with no definition. */
const CHANGED = `
  select (select is_called from kept.changes) or exists (select from pg_class where oid = any($1::regclass[]) and reltuples >= 0)
    or exists (select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = current_database()) as is_changed`

/** Somebody else who is there, or may come back: what they do would be done to the next test. */
const OTHERS = `
  select 1 from pg_stat_activity where datname = current_database() and not pid = any($1::int[])
  union all select 1 from pg_prepared_xacts where database = current_database()`
const LEAVES_MS = 200

/** A table that held more than this is made anew rather than emptied row by row. */
const EMPTIED_BYTES = 65_536

/** As many as a context of a test has at once, and some of its readers. */
const CONNECTIONS_MAX = 8

/**
 * A migrated database that one test after the other has to itself, with its connections: a new one costs both, and each connection has to look up anew
 * every table, column and function that it is asked for.
 */
export class KeptDatabase {
  readonly url: string
  /** What the connections of a test are made with. Once the test is done they are kept instead of ended. */
  readonly Client: typeof Client
  readonly #keeper: Keeper = {
    take: (options) => this.#take(options),
    giveBack: (client) => this.#isDone && this.#kept < CONNECTIONS_MAX && this.#giveBack(client),
  }
  #idle: Kept[] = []
  /** How many are idle, or will be. */
  #kept = 0
  readonly #resting: Promise<void>[] = []
  #isDone = false
  #tables: string[] = []

  private constructor(url: string, sockets: string | undefined) {
    this.url = url
    this.Client = keptClients(this.#keeper, sockets)
  }

  /** `url` is a database that nobody has used; its server listens in the folder `sockets` too, where there is one. */
  static async open(url: string, sockets?: string): Promise<KeptDatabase> {
    const kept = new KeptDatabase(url, sockets)
    const client = new Kept(kept.#keeper, by({ connectionString: url }, sockets))
    await client.connect()
    kept.#tables = await tablesIn(client)
    await client.query(WATCH)
    kept.#idle.push(client)
    kept.#kept = 1
    return kept
  }

  /** The test is over: connections that are ended from now on are kept. */
  finish(): void {
    this.#isDone = true
  }

  /** Makes it as good as new. False where that cannot be: then it is of no more use, and its connections have ended. */
  async renew(): Promise<boolean> {
    await Promise.all(this.#resting.splice(0))
    const isNew = await this.#renewed().catch(() => false)
    this.#isDone = false
    if (isNew) return true
    await Promise.all(this.#idle.splice(0).map((client) => client.end()))
    return false
  }

  async #renewed(): Promise<boolean> {
    const client = this.#idle.findLast(({ begunWith }) => begunWith === undefined)
    const own = this.#idle.map(({ processID }) => processID)
    if (client === undefined || !(await isAlone(client, own))) return false
    const { rows } = await client.query<{ is_changed: boolean }>(CHANGED, [this.#tables])
    if (rows[0]?.is_changed !== false) return false
    await empty(client, this.#tables)
    return true
  }

  #take(options: string | undefined): Kept | undefined {
    const client = this.#idle.findLast(({ begunWith }) => begunWith === options)
    if (client === undefined) return undefined
    this.#idle = this.#idle.filter((one) => one !== client)
    this.#kept -= 1
    client.ref()
    return client
  }

  #giveBack(client: Kept): Promise<void> {
    this.#kept += 1
    const resting = rest(client).then(() => void this.#idle.push(client))
    this.#resting.push(resting.catch(() => {}))
    return resting
  }
}

interface Keeper {
  /** One that began with these options: with others it would see something else. */
  take(options: string | undefined): Kept | undefined
  /** False where it is to be ended; rejects where it is of no more use. */
  giveBack(client: Kept): Promise<void> | false
}

/** A client that can be kept open once it is ended. A statement with values is prepared, for whoever says it next: to plan it takes longer than to carry it out. */
class Kept extends Client {
  // The driver has them, its types have not: whether the process waits for the connection, and the server's process at its other end.
  declare ref: () => void
  declare unref: () => void
  declare processID: number
  isOpen = false
  /** The options it was connected with, to which it is reset. */
  readonly begunWith: string | undefined
  readonly #keeper: Keeper

  constructor(keeper: Keeper, config: ClientConfig) {
    super(config)
    this.#keeper = keeper
    this.begunWith = config.options
    const query = this.query.bind(this)
    this.query = ((first: unknown, ...others: unknown[]) => Reflect.apply(query, this, prepared(first, others))) as typeof this.query
  }

  override connect(): Promise<Client>
  override connect(callback: (error: Error) => void): void
  override connect(callback?: (error: never) => void): Promise<Client> | undefined {
    const open = async () => {
      if (!this.isOpen) await super.connect()
      this.isOpen = true
      return this
    }
    return told(open(), callback)
  }

  override end(): Promise<void>
  override end(callback: (error: Error) => void): void
  override end(callback?: (error: never) => void): Promise<void> | undefined {
    const kept = this.#keeper.giveBack(this)
    return told(kept === false ? super.end() : kept.catch(() => super.end()), callback)
  }
}

/** One question without values; several statements at once cannot be prepared. */
const QUESTION = /^\s*(select|with)\b[^;]*$/i

/** The same arguments, with a name for a statement that takes values, or is a question. */
function prepared(first: unknown, [values, ...others]: unknown[]): unknown[] {
  if (typeof first === 'string' && values === undefined && QUESTION.test(first)) return [{ name: nameOf(first), text: first }, ...others]
  if (typeof first === 'string' && isSome(values)) return [{ name: nameOf(first), text: first, values }, ...others]
  const isNew = typeof first === 'object' && first !== null && !('submit' in first || 'name' in first)
  if (!(isNew && 'text' in first && 'values' in first && isSome(first.values))) return [first, values, ...others]
  return [{ ...first, name: nameOf(String(first.text)) }, values, ...others]
}

function isSome(values: unknown): boolean {
  return Array.isArray(values) && values.length > 0
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha1').update(text).digest('hex')
  names.set(text, name)
  return name
}

/** The class of such clients: what it makes is one of those kept, where there is one. */
function keptClients(keeper: Keeper, sockets: string | undefined): typeof Client {
  return new Proxy(Client, {
    construct(_, [config]: [ClientConfig]) {
      return keeper.take(config.options) ?? new Kept(keeper, by(config, sockets))
    },
  })
}

/** The same database by another way. */
function by(config: ClientConfig, sockets: string | undefined): ClientConfig {
  if (sockets === undefined || config.connectionString === undefined) return config
  const url = new URL(config.connectionString)
  url.searchParams.set('host', sockets)
  return { ...config, connectionString: url.href }
}

/** The same to whoever waits for a promise and to whoever is called back. */
function told<T>(done: Promise<T>, callback: ((error: never) => void) | undefined): Promise<T> | undefined {
  if (callback === undefined) return done
  const call = callback as (error: unknown) => void
  done.then(() => call(null), call)
  return undefined
}

async function rest(client: Kept): Promise<void> {
  if (!client.isOpen) throw new Error('It never was connected.')
  for (const event of ['error', 'notice', 'notification']) client.removeAllListeners(event)
  client.on('error', () => {})
  await client.query(REST)
  client.unref()
}

/** Whether nobody else is connected; who has just left may take a moment. */
async function isAlone(client: Client, own: readonly number[]): Promise<boolean> {
  const giveUpAt = systemClock.now() + LEAVES_MS
  for (;;) {
    const { rowCount } = await client.query(OTHERS, [own])
    if (rowCount === 0) return true
    if (systemClock.now() > giveUpAt) return false
    await systemClock.sleep(5)
  }
}

async function tablesIn(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.oid >= 16384 and c.relname <> '_prisma_migrations'`,
  )
  return rows.map(({ name }) => name)
}

/** Empties the tables that ever held something, whatever guards them, and begins to count anew. */
async function empty(client: Client, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string; bytes: number }>(
    'select name, bytes::int from (select name, pg_relation_size(name::regclass) as bytes from unnest($1::text[]) as name) t where bytes > 0',
    [tables],
  )
  const small = rows.filter(({ bytes }) => bytes <= EMPTIED_BYTES).map(({ name }) => `delete from ${name};`)
  const large = rows.filter(({ bytes }) => bytes > EMPTIED_BYTES).map(({ name }) => name)
  await client.query(
    `begin; set local session_replication_role = replica; ${small.join(' ')} ${large.length > 0 ? `truncate ${large.join(', ')} cascade;` : ''} commit;
     select count(setval(seqrelid::regclass, seqstart, false)) from pg_sequence where seqrelid <> 'kept.changes'::regclass`,
  )
}
