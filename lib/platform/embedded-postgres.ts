import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { type Cluster, findCluster, placeOf, removeCluster, requireCluster, saveConnection } from '#lib/platform/postgres/cluster.ts'
import { commandLine } from '#lib/platform/postgres/command-line.ts'
import { freePort, logTail, readServerProcess, serverUrl, signal, spawnServer, stopServer } from '#lib/platform/postgres/server.ts'
import { systemClock } from './clock.ts'
import type { Environment } from './env.ts'
import { TidemarkError } from './errors.ts'

/** Where Tidemark's two databases are. */
export interface DatabaseUrls {
  /** Tidemark's own state. */
  databaseUrl: string
  /** The data lake; undefined when the database is an outside one and nobody named a lake. */
  lakeDatabaseUrl: string | undefined
}

/** A running embedded server that is ours: nobody else can start one on the folder while we hold it. */
export interface EmbeddedServer extends DatabaseUrls {
  lakeDatabaseUrl: string
  pid: number
  /** True when the server was running already, left over by a start that was killed. */
  adopted: boolean
  /** Resolves when the server is gone although nobody called `stop`. */
  lost: Promise<void>
  /** Stops the server in order; resolves when it has stopped. */
  stop(): Promise<void>
  /** Asks the server to stop without waiting: for the last moment of a process. */
  stopSoon(): void
}

type Attempt = { kind: 'connected'; client: Client; pid: number } | { kind: 'busy' } | { kind: 'absent' }

type Owned = Attempt & { kind: 'connected'; adopted: boolean }

const OWNER_TRIES = 3
const OWNER_LOCK = 410_525
const OWNER_NAME = 'tidemark owner '
const STALE_PID_MS = 15_000
const RECOVERY_MS = 300_000
const LOCK_MS = 2_000
const DATABASES = ['tidemark', 'lake'] as const
const CANNOT_CONNECT_NOW = '57P03'

function urlsOf(cluster: Cluster, port: number): DatabaseUrls & { lakeDatabaseUrl: string } {
  const { password } = cluster.connection
  return { databaseUrl: serverUrl(port, password, 'tidemark'), lakeDatabaseUrl: serverUrl(port, password, 'lake') }
}

/** Tries the server that the data folder's pid file names. */
async function tryRunning(cluster: Cluster): Promise<Attempt> {
  const server = readServerProcess(cluster.data)
  if (server === undefined) return { kind: 'absent' }
  const connectionString = serverUrl(server.port, cluster.connection.password, 'postgres')
  const client = new Client({
    connectionString,
    application_name: `${OWNER_NAME}${process.pid}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const answer = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`)
    if (answer.rows[0]?.folder === cluster.data) return { kind: 'connected', client, pid: server.pid }
    await client.end()
    return { kind: 'absent' }
  } catch (error) {
    await client.end().catch(() => {})
    return { kind: error instanceof DatabaseError && error.code === CANNOT_CONNECT_NOW ? 'busy' : 'absent' }
  }
}

/** Starts a server process; undefined when it ended again before it answered. */
async function tryStart(cluster: Cluster): Promise<(Attempt & { kind: 'connected' }) | undefined> {
  const port = await freePort(cluster.connection.port)
  if (port !== cluster.connection.port) await saveConnection(cluster.folder, { ...cluster.connection, port })
  const child: ChildProcess = spawnServer(await placeOf(cluster), port)
  const giveUpAt = systemClock.now() + RECOVERY_MS
  while (child.exitCode === null && child.signalCode === null && systemClock.now() < giveUpAt) {
    const attempt = await tryRunning(cluster)
    if (attempt.kind === 'connected') return attempt
    await systemClock.sleep(50)
  }
  return undefined
}

/** A pid file may name a number that belongs to another program by now, or to a corpse: then nobody serves the folder. */
async function dropForeignPidFile(cluster: Cluster): Promise<void> {
  const server = readServerProcess(cluster.data)
  if (server === undefined || !signal(server.pid, 0) || commandLine(server.pid).includes(cluster.data)) return
  await rm(join(cluster.data, 'postmaster.pid'), { force: true })
}

async function cannotStart(cluster: Cluster): Promise<never> {
  const publicMessage = `The embedded database does not start: ${await logTail(cluster.folder)} The whole log is ${join(cluster.folder, 'server.log')}.`
  throw new TidemarkError('unavailable', { publicMessage })
}

/** A connection to the cluster's server, started when there is none. A server that was killed may block it for some seconds. */
async function connectOrStart(cluster: Cluster): Promise<Owned> {
  let giveUpAt = systemClock.now() + STALE_PID_MS
  while (systemClock.now() < giveUpAt) {
    const running = await tryRunning(cluster)
    if (running.kind === 'connected') return { ...running, adopted: true }
    if (running.kind === 'absent') {
      await dropForeignPidFile(cluster)
      const started = await tryStart(cluster)
      if (started) return { ...started, adopted: false }
    } else giveUpAt = systemClock.now() + STALE_PID_MS
    await systemClock.sleep(250)
  }
  return cannotStart(cluster)
}

async function ownerName(client: Client): Promise<string> {
  const answer = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.objid = $1 and l.granted`,
    [OWNER_LOCK],
  )
  return answer.rows[0]?.name.replace(OWNER_NAME, '') ?? 'unknown'
}

async function takeLock(client: Client): Promise<boolean> {
  const giveUpAt = systemClock.now() + LOCK_MS
  while (systemClock.now() < giveUpAt) {
    const answer = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK])
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

async function connectAsOwner(cluster: Cluster, dataFolder: string): Promise<Owned> {
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
  const cluster = await requireCluster(dataFolder)
  const { client, pid, adopted } = await connectAsOwner(cluster, dataFolder)
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
