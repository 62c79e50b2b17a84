import { Pool, type PoolClient } from 'pg'
import type { Clock } from '#lib/platform/clock.ts'
import type { Log } from '#lib/platform/log.ts'
import { TroubleWatch } from '#lib/platform/postgres/server-trouble.ts'
import type { PrismaClient } from './generated/client.ts'
import { createPrismaClient } from './prisma-client.ts'

/** Everything a query or command needs from outside. */
export interface Context {
  pool: Pool
  /** The Prisma client on the pool, for rows that stand alone (.github/decisions/006); loaded when it is first asked for. */
  prisma(): Promise<PrismaClient>
  clock: Clock
  log: Log
  /** The address people use where the catalogue names none. */
  publicUrl: string
  /** Full disk, too many connections: what is wrong with a server that answers. */
  trouble: TroubleWatch
}

/** A statement runner: a pool, or the client of a transaction. */
export type Sql = Pick<PoolClient, 'query'>

/** For processes that send no links. */
const DEFAULT_URL = 'http://localhost:3000'

export function createContext(options: {
  url: string
  clock: Clock
  log: Log
  publicUrl?: string
  connections?: number
  applicationName?: string
  /** For a process that answers people: no connection and no answer takes longer than this. */
  answerMs?: number
}): Context {
  const trouble = new TroubleWatch(() => options.clock.now())
  const pool = new Pool({
    Client: trouble.clientClass(),
    connectionString: options.url,
    max: options.connections ?? 10,
    application_name: options.applicationName ?? 'tidemark',
    keepAlive: true,
    // Whatever zone the database or the account has: the Prisma client takes UTC for granted.
    onConnect: (client) => client.query("set timezone to 'UTC'"),
    // A process that freezes in the middle of a transaction must not hold its locks, such as the planner's, for longer than a lease.
    idle_in_transaction_session_timeout: 20_000,
    ...(options.answerMs !== undefined && { connectionTimeoutMillis: options.answerMs, query_timeout: options.answerMs }),
  })
  const lost = (error: Error) => options.log.warn('a database connection was lost', { error: error.message })
  pool.on('error', lost)
  // A client that is in use reports the loss of its connection itself; without a listener that ends the process.
  pool.on('connect', (client) => void client.on('error', lost))
  return {
    pool,
    prisma: onceMade(() => createPrismaClient(pool)),
    clock: options.clock,
    log: options.log,
    publicUrl: options.publicUrl ?? DEFAULT_URL,
    trouble,
  }
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

export async function closeContext(ctx: Context): Promise<void> {
  if (!ctx.pool.ended) await ctx.pool.end()
}

export async function withTransaction<T>(ctx: Context, work: (sql: PoolClient) => Promise<T>): Promise<T> {
  const client = await ctx.pool.connect()
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
