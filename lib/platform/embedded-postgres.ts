import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Cluster, findCluster, removeCluster, requireCluster } from '#lib/platform/postgres/cluster.ts'
import { type Connected, cannotStart, connectOrStart, hurryStopping, OWNER_NAME, tryRunning } from '#lib/platform/postgres/connect.ts'
import { readServerProcess, serverUrl, signal, stopServer } from '#lib/platform/postgres/server.ts'
import { systemClock } from './clock.ts'
import type { Environment } from './env.ts'
import { ADVISORY_LOCKS } from './postgres/advisory-locks.ts'

/** Without these files there is no cluster, whatever else is left of the folder. */
const NEEDED = ['PG_VERSION', 'global/pg_control'] as const

/** Whether the cluster's data are there. */
async function hasCluster(cluster: Cluster): Promise<boolean> {
  return (await identityOf(cluster)) !== null
}

/** Tells a cluster's data from others that were put in their place; null when they are missing. */
async function identityOf({ data }: Cluster): Promise<string | null> {
  try {
    await Promise.all(NEEDED.map((name) => stat(join(data, name))))
    const { dev, ino } = await stat(data)
    return `${dev}/${ino}`
  } catch {
    return null
  }
}

/** Where Tidemark's two databases are. */
export interface DatabaseUrls {
  /** Tidemark's own state. */
  databaseUrl: string
  /** The data lake; undefined when the database is an outside one and nobody named a lake. */
  lakeDatabaseUrl: string | undefined
}

/** `gone`: its folder was removed or replaced under it; `stopping`: somebody else asked it to stop, and it was told to do so now. */
export type ServerState = 'serving' | 'stopping' | 'gone'

/** A running embedded server that is ours: nobody else can start one on the folder while we hold it. */
export interface EmbeddedServer extends DatabaseUrls {
  lakeDatabaseUrl: string
  pid: number
  /** True when the server was running already, left over by a start that was killed. */
  adopted: boolean
  /** Resolves when the server is gone although nobody called `stop`. */
  lost: Promise<void>
  /** How it is as far as can be told without asking it. */
  look(): Promise<ServerState>
  /** Stops the server in order; resolves when it has stopped. */
  stop(): Promise<void>
  /** Asks the server to stop without waiting: for the last moment of a process. */
  stopSoon(): void
}

const OWNER_TRIES = 3
const LOCK_MS = 2_000
const DATABASES = ['tidemark', 'lake'] as const

function urlsOf(cluster: Cluster, port: number): DatabaseUrls & { lakeDatabaseUrl: string } {
  const { password } = cluster.connection
  return { databaseUrl: serverUrl(port, password, 'tidemark'), lakeDatabaseUrl: serverUrl(port, password, 'lake') }
}

async function ownerName(client: Client): Promise<string> {
  const answer = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.objid = $1 and l.granted`,
    [ADVISORY_LOCKS.serverOwner],
  )
  return answer.rows[0]?.name.replace(OWNER_NAME, '') ?? 'unknown'
}

async function takeLock(client: Client): Promise<boolean> {
  const giveUpAt = systemClock.now() + LOCK_MS
  while (systemClock.now() < giveUpAt) {
    const answer = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ADVISORY_LOCKS.serverOwner])
    if (answer.rows[0]?.taken === true) return true
    await systemClock.sleep(100)
  }
  return false
}

async function createDatabases(client: Client): Promise<void> {
  for (const name of DATABASES) {
    const found = await client.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount === 0) await client.query(`create database ${name}`)
  }
}

/**
 * Takes the lock that says whose the server is; whoever holds it is alive, for it ends with its connection.
 * False when the server went away meanwhile, because its owner was just stopping it.
 */
async function takeOwnership(client: Client, dataFolder: string): Promise<boolean> {
  try {
    if (await takeLock(client)) {
      await createDatabases(client)
      return true
    }
    const pid = await ownerName(client)
    const publicMessage = `Tidemark is already running on the folder ${dataFolder} (process ${pid}). Stop that one first, or set TIDEMARK_DATA to another folder.`
    throw new TidemarkError('conflict', { publicMessage })
  } catch (error) {
    await client.end().catch(() => {})
    if (error instanceof TidemarkError) throw error
    return false
  }
}

async function connectAsOwner(cluster: Cluster, dataFolder: string): Promise<Connected> {
  for (let tries = 1; tries <= OWNER_TRIES; tries += 1) {
    const connected = await connectOrStart(cluster)
    if (await takeOwnership(connected.client, dataFolder)) return connected
  }
  return cannotStart(cluster)
}

/**
 * The embedded server of a data folder, started or, when a killed start left it running, adopted. Refuses when
 * somebody alive owns it, naming the process. Its databases `tidemark` and `lake` exist when this resolves.
 */
export async function startEmbeddedPostgres(dataFolder: string): Promise<EmbeddedServer> {
  return serve(await requireCluster(dataFolder), dataFolder)
}

/** Starts the server of a data folder again; never makes an empty cluster where the old one is missing, but says that it is. */
export async function restartEmbeddedPostgres(dataFolder: string): Promise<EmbeddedServer> {
  const cluster = await findCluster(dataFolder).catch(() => undefined)
  if (cluster === undefined || !(await hasCluster(cluster))) throw toGoneError(dataFolder)
  return serve(cluster, dataFolder)
}

/** What to say when the data folder was removed while it was in use. */
export function toGoneError(dataFolder: string): TidemarkError {
  return new TidemarkError('not-found', {
    publicMessage: `The database in the folder ${dataFolder} was removed while Tidemark was running. Tidemark stops, and puts no empty one in its place: bring the folder back, or start again to begin with an empty one.`,
  })
}

async function serve(cluster: Cluster, dataFolder: string): Promise<EmbeddedServer> {
  const { client, pid, adopted } = await connectAsOwner(cluster, dataFolder)
  const identity = await identityOf(cluster)
  let stopping = false
  const lost = new Promise<void>((resolve) => {
    client.on('end', () => {
      if (!stopping) resolve()
    })
  })
  return {
    ...urlsOf(cluster, readServerProcess(cluster.data)?.port ?? cluster.connection.port),
    pid,
    adopted,
    lost,
    async look() {
      if ((await identityOf(cluster)) !== identity) return 'gone'
      return hurryStopping(cluster) ? 'stopping' : 'serving'
    },
    async stop() {
      stopping = true
      await stopServer(cluster.data, pid)
      await client.end().catch(() => {})
    },
    stopSoon() {
      stopping = true
      signal(pid, 'SIGINT')
    },
  }
}

/** The running server of a data folder, for processes that use it without owning it; undefined when none runs. */
export async function findRunningServer(dataFolder: string): Promise<DatabaseUrls | undefined> {
  const cluster = await findCluster(dataFolder)
  const server = cluster && readServerProcess(cluster.data)
  if (!(cluster && server)) return undefined
  const attempt = await tryRunning(cluster)
  if (attempt.kind !== 'connected') return undefined
  await attempt.client.end()
  return urlsOf(cluster, server.port)
}

/** The databases to use: DATABASE_URL and LAKE_DATABASE_URL, else the running embedded server, else words on how to start it. */
export async function requireDatabaseUrls(environment: Environment): Promise<DatabaseUrls> {
  const { databaseUrl, lakeDatabaseUrl, dataFolder } = environment
  if (databaseUrl !== undefined) return { databaseUrl, lakeDatabaseUrl }
  const running = await findRunningServer(dataFolder)
  if (running) return { ...running, lakeDatabaseUrl: lakeDatabaseUrl ?? running.lakeDatabaseUrl }
  throw new TidemarkError('unavailable', {
    publicMessage: `No database is running for the folder ${dataFolder}. Start Tidemark with "npm start", or set DATABASE_URL to a server of your own.`,
  })
}

/** Removes the embedded server's data for good. Refuses while the server is running. */
export async function removeEmbeddedData(dataFolder: string): Promise<void> {
  if (await findRunningServer(dataFolder)) {
    throw new TidemarkError('conflict', { publicMessage: `Tidemark is running on the folder ${dataFolder}. Stop it first.` })
  }
  await removeCluster(dataFolder)
}
