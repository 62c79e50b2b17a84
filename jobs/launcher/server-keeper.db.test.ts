import { chmod, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findRunningServer } from '#lib/platform/embedded-postgres.ts'
import { findCluster } from '#lib/platform/postgres/cluster.ts'
import { commandLine, readServerProcess } from '#lib/platform/postgres/server.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { clusterCopies } from '#lib/testing/servers/copied-cluster.ts'
import { makeScratchFolder } from '#lib/testing/servers/scratch-folder.ts'
import { keepServer, type ServerKeeper } from './server-keeper.ts'

const PATIENT = { timeout: 25_000, interval: 50 }

const copyCluster = clusterCopies()
let folder: string
let dataFolder: string
let keeper: ServerKeeper
let data: string
let pid: number
let said: string[]
let gone: string[]

beforeEach(async () => {
  folder = await makeScratchFolder('keeper-')
  await chmod(folder, 0o755)
  dataFolder = join(folder, 'data')
  await copyCluster(dataFolder)
  said = []
  gone = []
  keeper = await keepServer({
    dataFolder,
    clock: new HurriedClock(0),
    say: (line) => said.push(line),
    onMoved: () => {},
    onGone: (error) => gone.push(String(error)),
  })
  data = (await findCluster(dataFolder))?.data ?? ''
  pid = readServerProcess(data)?.pid ?? 0
})

afterEach(async () => {
  await keeper.stop()
  await rm(folder, { recursive: true, force: true })
})

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

const isServing = () => commandLine(pid).includes(data)

describe('the keeper of the embedded server', () => {
  test.each([
    ['its whole folder', () => dataFolder],
    ['the data alone', () => data],
  ])('says that %s was removed, and puts no empty one in its place', async (_what, path) => {
    await rm(path(), { recursive: true, force: true })
    await vi.waitFor(() => expect(gone).toHaveLength(1), PATIENT)
    expect(gone[0]).toContain(`The database in the folder ${dataFolder} was removed while Tidemark was running.`)
    await keeper.stop()
    expect(isServing()).toBe(false)
    expect(await exists(join(data, 'PG_VERSION'))).toBe(false)
    expect(await findRunningServer(dataFolder).catch(() => undefined)).toBeUndefined()
  })

  test('puts no empty one in its place either when the server dies of it first', async () => {
    await rm(dataFolder, { recursive: true, force: true })
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(gone.length).toBeGreaterThan(0), PATIENT)
    await keeper.stop()
    expect(await exists(dataFolder)).toBe(false)
  })

  test('ends a shutdown that waits for guests who never leave, and starts the server again', async () => {
    const guest = new Client({ connectionString: keeper.urls.databaseUrl })
    guest.on('error', () => {})
    await guest.connect()
    process.kill(pid, 'SIGTERM')
    await vi.waitFor(() => expect(readServerProcess(data)?.pid ?? pid).not.toBe(pid), PATIENT)
    await vi.waitFor(async () => expect(await findRunningServer(dataFolder)).toBeDefined(), PATIENT)
    expect(said).toEqual(['Somebody asked the embedded database to stop.', 'The embedded database has stopped; it starts again.'])
    expect(gone).toEqual([])
  })

  test('stops a frozen server', async () => {
    process.kill(pid, 'SIGSTOP')
    await keeper.stop()
    expect(isServing()).toBe(false)
  })
})
