import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findCluster } from '#lib/platform/postgres/cluster.ts'
import { isRoot } from '#lib/platform/postgres/server-user.ts'
import { clusterCopies } from '#lib/testing/servers/copied-cluster.ts'
import { makeScratchFolder } from '#lib/testing/servers/scratch-folder.ts'
import {
  type EmbeddedServer,
  findRunningServer,
  removeEmbeddedData,
  requireDatabaseUrls,
  startEmbeddedPostgres,
} from './embedded-postgres.ts'
import { readEnvironment } from './env.ts'

const copyCluster = clusterCopies()
let folder: string
let dataFolder: string
const running: EmbeddedServer[] = []
const holders: ChildProcess[] = []

async function start(): Promise<EmbeddedServer> {
  const server = await startEmbeddedPostgres(dataFolder)
  running.push(server)
  return server
}

async function startElsewhere(): Promise<{ owner: ChildProcess; pid: number }> {
  const owner = spawn(process.execPath, ['lib/testing/servers/hold-server.ts', dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
  holders.push(owner)
  const [line] = await once(owner.stdout, 'data')
  return { owner, pid: Number(String(line)) }
}

async function kill(owner: ChildProcess): Promise<void> {
  const gone = once(owner, 'exit')
  owner.kill('SIGKILL')
  await gone
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const answer = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return answer.rows.flatMap((row) => Object.values(row))
}

beforeEach(async () => {
  folder = await makeScratchFolder('embedded-')
  await chmod(folder, 0o755)
  dataFolder = join(folder, 'data')
})

afterEach(async () => {
  await Promise.all(holders.splice(0).map((owner) => (owner.exitCode === null && owner.signalCode === null ? kill(owner) : undefined)))
  await Promise.all(running.splice(0).map((server) => server.stop()))
  const left = await findRunningServer(dataFolder).catch(() => undefined)
  if (left) await startEmbeddedPostgres(dataFolder).then((server) => server.stop())
  await removeEmbeddedData(dataFolder).catch(() => {})
  await rm(folder, { recursive: true, force: true })
})

describe('the embedded server', () => {
  test('has the databases tidemark and lake in UTF8, whatever the language of the machine', async () => {
    const server = await start()
    expect(server.adopted).toBe(false)
    expect(await query(server.databaseUrl, `select '"caf\\u00e9"'::jsonb->>0, current_setting('server_encoding')`)).toEqual([
      'café',
      'UTF8',
    ])
    expect(await query(server.lakeDatabaseUrl, `select current_database(), current_setting('TimeZone')`)).toEqual(['lake', 'UTC'])
    await query(server.databaseUrl, 'create extension btree_gist')
  })

  test('keeps password and port where only its owner can read them', async () => {
    await copyCluster(dataFolder)
    const server = await start()
    const cluster = await findCluster(dataFolder)
    expect((await stat(join(cluster?.folder ?? '', 'connection.json'))).mode & 0o777).toBe(0o600)
    const url = new URL(server.databaseUrl)
    expect(url.password.length).toBeGreaterThanOrEqual(32)
    url.password = 'password'
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed')
  })

  test('keeps its data and its port over a restart', async () => {
    await copyCluster(dataFolder)
    const first = await start()
    await query(first.databaseUrl, 'create table note as select 1 as n')
    await first.stop()
    expect(await findRunningServer(dataFolder)).toBeUndefined()
    const second = await start()
    expect(second.databaseUrl).toBe(first.databaseUrl)
    expect(await query(second.databaseUrl, 'select n from note')).toEqual([1])
  })

  test('refuses a second start on its folder, naming the process', async () => {
    await copyCluster(dataFolder)
    const { owner } = await startElsewhere()
    await expect(start()).rejects.toThrow(`already running on the folder ${dataFolder} (process ${owner.pid})`)
  })

  test('that its owner is just stopping is started anew by who came too early', async () => {
    await copyCluster(dataFolder)
    const first = await start()
    const second = start()
    const owners = `select count(*)::int from pg_stat_activity where application_name like 'tidemark owner %'`
    await vi.waitFor(async () => expect(await query(first.databaseUrl, owners)).toEqual([2]), { timeout: 10_000 })
    await first.stop()
    expect((await second).adopted).toBe(false)
  })

  test('of two first starts at once one wins and the other is refused', async () => {
    const results = await Promise.allSettled([start(), start()])
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
    expect(refused).toEqual([expect.stringContaining('already running')])
  })

  test('that lost its owner to kill -9 is adopted by the next start', async () => {
    await copyCluster(dataFolder)
    const { owner, pid } = await startElsewhere()
    await kill(owner)
    const server = await start()
    expect(server).toMatchObject({ adopted: true, pid })
    await server.stop()
    expect(await findRunningServer(dataFolder)).toBeUndefined()
  })

  test('comes back after kill -9 of its owner and of itself', async () => {
    await copyCluster(dataFolder)
    const { owner, pid } = await startElsewhere()
    await kill(owner)
    process.kill(pid, 'SIGKILL')
    const server = await start()
    expect(server.adopted).toBe(false)
    expect(await query(server.databaseUrl, 'select 1')).toEqual([1])
  })

  test('does not believe a pid file whose number belongs to another program by now', async () => {
    await copyCluster(dataFolder)
    const first = await start()
    await first.stop()
    const data = (await findCluster(dataFolder))?.data ?? ''
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    holders.push(stranger)
    await writeFile(join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n1\n1\n\n\n\n\n`)
    expect((await start()).adopted).toBe(false)
    expect(stranger.exitCode).toBeNull()
  })

  test('says when it is lost although nobody stopped it', async () => {
    await copyCluster(dataFolder)
    const server = await start()
    process.kill(server.pid, 'SIGKILL')
    await server.lost
    expect((await start()).adopted).toBe(false)
  })

  test('is found by the others while it runs; otherwise they say how to start it', async () => {
    const environment = readEnvironment({ TIDEMARK_DATA: dataFolder, ENV_FILE: 'none' })
    await expect(requireDatabaseUrls(environment)).rejects.toThrow('npm start')
    await copyCluster(dataFolder)
    const server = await start()
    expect(await requireDatabaseUrls(environment)).toEqual({ databaseUrl: server.databaseUrl, lakeDatabaseUrl: server.lakeDatabaseUrl })
    await expect(removeEmbeddedData(dataFolder)).rejects.toThrow('Stop it first')
  })

  test.runIf(isRoot())('of root below a private folder keeps its data in the system folder, and removes it from there', async () => {
    await chmod(folder, 0o700)
    const server = await start()
    const cluster = await findCluster(dataFolder)
    expect((await lstat(join(dataFolder, 'postgres'))).isSymbolicLink()).toBe(true)
    expect(cluster?.folder).toMatch(/^\/var\/lib\/tidemark\/[0-9a-f]{16}\/postgres$/)
    await server.stop()
    await removeEmbeddedData(dataFolder)
    await expect(stat(cluster?.folder ?? '')).rejects.toThrow('ENOENT')
  })
})
