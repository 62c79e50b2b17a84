import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { systemClock } from '#lib/platform/clock.ts'
import { findBinaries, SYSTEM_FOLDER } from '#lib/platform/postgres/binaries.ts'
import { createCluster, freePort, logTail, randomPassword, serverUrl, spawnServer } from '#lib/platform/postgres/server.ts'
import { canReach, requireServerUser, type ServerUser } from '#lib/platform/postgres/server-user.ts'
import { makeScratchFolder } from './scratch-folder.ts'

const GUARD = fileURLToPath(new URL('server-guard.ts', import.meta.url))
/** Nothing outlives the test run, so nothing waits for a disk. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'shared_buffers=64MB',
  'max_wal_size=128MB',
  'max_prepared_transactions=4',
]
const START_MS = 30_000

/** Where its role's password is checked: each connection of a client works its key out anew, 4,096 times by default. */
const SCRAM_ITERATIONS = 1

interface TestServer {
  adminUrl: string
  /** The folder of the socket that it listens on too: half the way of one of the network. */
  sockets: string
  /** Resolves when the server has stopped and its folder is gone, which also happens when this process dies. */
  stop(): Promise<void>
}

async function makeFolder(user: ServerUser): Promise<string> {
  const folder = await makeScratchFolder('tidemark-test-')
  await chmod(folder, 0o711)
  if (canReach(folder, user)) return folder
  await rm(folder, { recursive: true })
  await mkdir(SYSTEM_FOLDER, { recursive: true, mode: 0o755 })
  return mkdtemp(join(SYSTEM_FOLDER, 'test-'))
}

function startGuard(folder: string): ChildProcess {
  const guard = spawn(process.execPath, [GUARD, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  guard.unref()
  if (guard.stdin && 'unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref()
  return guard
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

/** Before PostgreSQL 16 there is no such setting. */
async function weakenPassword(url: string, password: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`select set_config(name, '${SCRAM_ITERATIONS}', false) from pg_settings where name = 'scram_iterations'`)
  await client.query(`alter role current_user password ${client.escapeLiteral(password)}`)
  await client.end()
}

async function waitForServer(url: string, server: ChildProcess, folder: string): Promise<void> {
  const giveUpAt = systemClock.now() + START_MS
  while (systemClock.now() < giveUpAt && server.exitCode === null) {
    if (await answers(url)) return
    await systemClock.sleep(50)
  }
  throw new Error(`The test server did not start: ${await logTail(folder)}`)
}

/** Starts a throw-away PostgreSQL in a temporary folder, on a free port, with a password of its own. */
export async function startTestServer(): Promise<TestServer> {
  const user = requireServerUser()
  const binaries = await findBinaries(user)
  const folder = await makeFolder(user)
  const guard = startGuard(folder)
  const stop = async () => {
    if (guard.exitCode !== null || guard.signalCode !== null) return
    const gone = once(guard, 'exit')
    guard.ref()
    guard.stdin?.end()
    await gone
  }
  try {
    const password = randomPassword()
    const place = { folder, user, binaries }
    await createCluster(place, password, { durable: false })
    const port = await freePort()
    const adminUrl = serverUrl(port, password, 'postgres')
    const settings = [...SETTINGS, `unix_socket_directories=${folder}`]
    await waitForServer(adminUrl, spawnServer(place, port, settings), folder)
    await weakenPassword(adminUrl, password)
    return { adminUrl, sockets: folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
