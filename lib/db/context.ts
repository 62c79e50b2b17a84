import { randomBytes } from 'node:crypto'
import { type ClientBase, Pool, type PoolClient, type PoolConfig } from 'pg'
import type { Actor } from '#lib/domain/access/actor.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Log } from '#lib/platform/log.ts'
import { TroubleWatch } from '#lib/platform/postgres/server-trouble.ts'
import type { PrismaClient } from './generated/client.ts'
import { createPrismaClient } from './prisma-client.ts'
import { beginningAs, Readers, seeAs } from './readers.ts'

/** Everything a query or command needs from outside; made anew for each request, once for each worker and command line. */
export interface Context {
  actor: Actor
  /** Tidemark's database as the actor may see it: whatever is read here is filtered there. */
  pool: Pool
  /** The same, unfiltered: for orders, whose right has been checked, and for what nobody asks for. */
  whole: Pool
  /** The Prisma client, unfiltered too, for signing in (.github/decisions/006); loaded when it is first asked for. */
  prisma(): Promise<PrismaClient>
  readers: Readers
  clock: Clock
  log: Log
  /** The address people use where the catalogue names none. */
  publicUrl: string
  /** Signs what browsers are given to bring back. */
  secret: string
  /** The address that whoever asks came from over the network; null: not over it, or nobody asks. */
  from: string | null
  /** Full disk, too many connections: what is wrong with a server that answers. */
  trouble: TroubleWatch
}

/** A statement runner: a pool, or the client of a transaction. */
export type Sql = Pick<PoolClient, 'query'>

/** Connections that one audience shares; each plans anew what it has not been asked before, so that they are kept for whoever comes back within so long. */
const READER_CONNECTIONS = 4
const READER_IDLE_MS = 5 * MINUTE_MS

/** For processes that send no links. */
const DEFAULT_URL = 'http://localhost:3000'

/** Whatever zone the database or the account has: the Prisma client takes UTC for granted. */
const inUtc = (client: ClientBase) => client.query("set timezone to 'UTC'")

export function createContext(options: {
  url: string
  actor: Actor
  clock: Clock
  log: Log
  publicUrl?: string
  /** By default one of this very process. */
  secret?: string
  connections?: number
  applicationName?: string
  /** For a process that answers people: no connection and no answer takes longer than this. */
  answerMs?: number
  /** What its connections are made with; by default with what watches the server. */
  client?: NonNullable<PoolConfig['Client']>
}): Context {
  const { actor, clock, log } = options
  const trouble = new TroubleWatch(() => clock.now())
  const config: PoolConfig = {
    Client: options.client ?? trouble.clientClass(),
    connectionString: options.url,
    max: options.connections ?? 10,
    application_name: options.applicationName ?? 'tidemark',
    keepAlive: true,
    onConnect: inUtc,
    // A process that freezes in the middle of a transaction must not hold its locks, such as the planner's, for longer than a lease.
    idle_in_transaction_session_timeout: 20_000,
    ...(options.answerMs !== undefined && { connectionTimeoutMillis: options.answerMs, query_timeout: options.answerMs }),
  }
  const whole = openPool(config, log)
  const readers = new Readers((audience) => {
    const onConnect = async (client: ClientBase) => {
      await inUtc(client)
      await seeAs(client, audience)
    }
    const own = { max: READER_CONNECTIONS, idleTimeoutMillis: READER_IDLE_MS, onConnect }
    return openPool({ ...config, ...beginningAs(options.url, audience), ...own }, log)
  })
  const prisma = onceMade(() => createPrismaClient(whole))
  const { publicUrl = DEFAULT_URL, secret = randomBytes(32).toString('base64url') } = options
  return asActor({ actor, pool: whole, whole, prisma, readers, clock, log, publicUrl, secret, from: null, trouble }, actor)
}

function openPool(config: PoolConfig, log: Log): Pool {
  const pool = new Pool(config)
  const lost = (error: Error) => log.warn('a database connection was lost', { error: error.message })
  pool.on('error', lost)
  // A client that is in use reports the loss of its connection itself; without a listener that ends the process.
  pool.on('connect', (client) => void client.on('error', lost))
  return pool
}

/** Makes something when it is first asked for; what could not be made is tried anew. */
function onceMade<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

/** The same process for somebody else: whoever has an audience sees the database through that. */
export function asActor(ctx: Context, actor: Actor): Context {
  return { ...ctx, actor, pool: actor.audience === null ? ctx.whole : ctx.readers.poolOf(actor.audience) }
}

/** Ends every connection of the process that the context belongs to. */
export async function closeContext(ctx: Context): Promise<void> {
  await Promise.all([ctx.whole, ...ctx.readers.close()].map((pool) => (pool.ended ? undefined : pool.end())))
}

export async function withTransaction<T>(ctx: Context, work: (sql: PoolClient) => Promise<T>): Promise<T> {
  const client = await ctx.whole.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((e: Error) => {
      broken = e
    })
    throw error
  } finally {
    client.release(broken)
  }
}
