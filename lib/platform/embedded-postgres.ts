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

/** A folder without these files is no cluster. */
const NEEDED = ['PG_VERSION', 'global/pg_control'] as const

async function hasCluster(cluster: Cluster): Promise<boolean> {
  return (await identityOf(cluster)) !== null
}

async function identityOf({ data }: Cluster): Promise<string | null> {
  try {
    await Promise.all(NEEDED.map((name) => stat(join(data, name))))
    const { dev, ino } = await stat(data)
    return `${dev}/${ino}`
  } catch {
    return null
  }
}

export interface DatabaseUrls {
  databaseUrl: string
  /** The data lake; undefined when the database is an outside one and nobody named a lake. */
  lakeDatabaseUrl: string | undefined
}

/** `gone`: its folder was removed or replaced; `stopping`: somebody asked it to stop, and it was told to do so now. */
export type ServerState = 'serving' | 'stopping' | 'gone'

/** A running embedded server that is ours: nobody else can start one on the folder while we hold it. */
export interface EmbeddedServer extends DatabaseUrls {
  lakeDatabaseUrl: string
  pid: number
  /** True when the server was running already, left over by a start that was killed. */
  adopted: boolean
  /** Resolves when the server ends although nobody called `stop`. */
  lost: Promise<void>
  state(): Promise<ServerState>
  stop(): Promise<void>
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

/** Takes the lock that names the server's owner; it ends with its connection, so whoever holds it is alive. False when the server went away
 * meanwhile: its owner was stopping it. */
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

/** Starts a data folder's server, or adopts the one that a killed start left running. Refuses, naming the process, when it has a living
 * owner. The databases `tidemark` and `lake` exist when this resolves. */
export async function startEmbeddedPostgres(dataFolder: string): Promise<EmbeddedServer> {
  return serve(await requireCluster(dataFolder), dataFolder)
}

/** Starts a data folder's server again; never makes an empty cluster in place of a missing one, but throws. */
export async function restartEmbeddedPostgres(dataFolder: string): Promise<EmbeddedServer> {
  const cluster = await findCluster(dataFolder).catch(() => undefined)
  if (cluster === undefined || !(await hasCluster(cluster))) throw toGoneError(dataFolder)
  return serve(cluster, dataFolder)
}

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
    async state() {
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

/** The running server of a data folder, for processes that do not own it; undefined when none runs. */
export async function findRunningServer(dataFolder: string): Promise<DatabaseUrls | undefined> {
  const cluster = await findCluster(dataFolder)
  const server = cluster && readServerProcess(cluster.data)
  if (!(cluster && server)) return undefined
  const attempt = await tryRunning(cluster)
  if (attempt.kind !== 'connected') return undefined
  await attempt.client.end()
  return urlsOf(cluster, server.port)
}

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
