import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { Binaries } from './binaries.ts'
import type { ServerUser } from './server-user.ts'

export interface ServerPlace {
  /** Holds `data` and `server.log`. */
  folder: string
  user: ServerUser
  binaries: Binaries
}

interface ServerProcess {
  pid: number
  port: number
  /** A smart shutdown is under way; it may wait for clients. */
  isStopping: boolean
}

const USER = 'postgres'
const LOG_BYTES_MAX = 10_000_000

export function serverUrl(port: number, password: string, database: string): string {
  return `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

export function randomPassword(): string {
  return randomBytes(24).toString('base64url')
}

/** A free port, `preferred` if it is. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', (error) => (preferred === 0 ? reject(error) : resolve(freePort())))
    probe.listen(preferred, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : preferred
      probe.close(() => resolve(port))
    })
  })
}

// With the machine's LANG=C the cluster would become SQL_ASCII.
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', NODE_ENV: 'production' } as const

function output(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}

export async function createCluster(place: ServerPlace, password: string, options: { durable: boolean }): Promise<void> {
  const { folder, user, binaries } = place
  await mkdir(folder, { recursive: true })
  if (user) await chown(folder, user.uid, user.gid)
  await chmod(folder, 0o700)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user) await chown(passwordFile, user.uid, user.gid)
  const flags = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--auth=scram-sha-256']
  if (!options.durable) flags.push('--no-sync')
  const child = spawn(binaries.initdb, [`--pgdata=${join(folder, 'data')}`, `--username=${USER}`, `--pwfile=${passwordFile}`, ...flags], {
    ...user,
    cwd: folder,
    env: ENVIRONMENT,
  })
  const { code, text } = await output(child)
  await rm(passwordFile, { force: true })
  if (code !== 0) {
    throw new TidemarkError('internal', {
      publicMessage: `The embedded database could not be made: ${text.trim().split('\n').slice(-3).join(' ')}`,
    })
  }
}

function openLog(path: string): number {
  const log = openSync(path, 'a', 0o600)
  if (fstatSync(log).size > LOG_BYTES_MAX) ftruncateSync(log)
  return log
}

/** Detached, so that Ctrl-C reaches only us; logs to `<folder>/server.log`. */
export function spawnServer(place: ServerPlace, port: number, settings: readonly string[] = []): ChildProcess {
  const log = openLog(join(place.folder, 'server.log'))
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'timezone=UTC', 'log_timezone=UTC']
  const flags = [...fixed, ...settings].flatMap((setting) => ['-c', setting])
  const child = spawn(place.binaries.postgres, ['-D', join(place.folder, 'data'), '-p', String(port), ...flags], {
    ...place.user,
    cwd: place.folder,
    env: ENVIRONMENT,
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  child.on('error', () => {})
  child.unref()
  return child
}

export async function logTail(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-3).join(' ')
}

export function readServerProcess(data: string): ServerProcess | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    const port = Number(lines[3])
    const isStopping = lines[7]?.trim() === 'stopping'
    return Number.isInteger(pid) && pid > 0 && Number.isInteger(port) && port > 0 ? { pid, port, isStopping } : undefined
  } catch {
    return undefined
  }
}

export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether that process still serves this folder; its pid file may have gone before it. */
function isServing(data: string, pid: number): boolean {
  if (!signal(pid, 0)) return false
  return readServerProcess(data)?.pid === pid || commandLine(pid).includes(data)
}

/** Fast shutdown, after 15 s immediate, also for a frozen server. Resolves when the process has gone. */
export async function stopServer(data: string, pid: number): Promise<void> {
  const patience = { SIGINT: 15_000, SIGQUIT: 5_000, SIGKILL: 1_000 } as const
  if (!isServing(data, pid)) return
  signal(pid, 'SIGCONT')
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signal(pid, name)
    const giveUpAt = systemClock.now() + patience[name]
    while (systemClock.now() < giveUpAt) {
      if (!isServing(data, pid)) return
      await systemClock.sleep(25)
    }
  }
}

/** Program and arguments of a process; empty when it is gone or a zombie. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout ?? ''
  }
}
