import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Cluster, placeOf, saveConnection } from './cluster.ts'
import { commandLine, freePort, logTail, readServerProcess, serverUrl, signal, spawnServer } from './server.ts'

type Attempt = { kind: 'connected'; client: Client; pid: number } | { kind: 'busy' } | { kind: 'absent' }

export type Connected = Attempt & { kind: 'connected'; adopted: boolean }

export const OWNER_NAME = 'tidemark owner '

const STALE_PID_MS = 15_000
const RECOVERY_MS = 300_000
const CANNOT_CONNECT_NOW = '57P03'

export async function tryRunning(cluster: Cluster): Promise<Attempt> {
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

/** A stale pid file may name another program's process, or a zombie: then nobody serves the folder. */
async function dropForeignPidFile(cluster: Cluster): Promise<void> {
  const server = readServerProcess(cluster.data)
  if (server === undefined || !signal(server.pid, 0) || commandLine(server.pid).includes(cluster.data)) return
  await rm(join(cluster.data, 'postmaster.pid'), { force: true })
}

/** A smart shutdown waits for clients, some of which never leave: turns it into a fast one. */
export function hurryStopping(cluster: Cluster): boolean {
  const server = readServerProcess(cluster.data)
  if (!server?.isStopping || !commandLine(server.pid).includes(cluster.data)) return false
  return signal(server.pid, 'SIGINT')
}

export async function cannotStart(cluster: Cluster): Promise<never> {
  const publicMessage = `The embedded database does not start: ${await logTail(cluster.folder)} The whole log is ${join(cluster.folder, 'server.log')}.`
  throw new TidemarkError('unavailable', { publicMessage })
}

/** A connection to the server, started when there is none. A killed server may block its start for some seconds. */
export async function connectOrStart(cluster: Cluster): Promise<Connected> {
  let giveUpAt = systemClock.now() + STALE_PID_MS
  while (systemClock.now() < giveUpAt) {
    const running = await tryRunning(cluster)
    if (running.kind === 'connected') return { ...running, adopted: true }
    if (running.kind === 'absent') {
      await dropForeignPidFile(cluster)
      const started = await tryStart(cluster)
      if (started) return { ...started, adopted: false }
    } else {
      hurryStopping(cluster)
      giveUpAt = systemClock.now() + STALE_PID_MS
    }
    await systemClock.sleep(250)
  }
  return cannotStart(cluster)
}
