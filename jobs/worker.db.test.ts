import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { childEnvironment } from '#lib/platform/env.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

let database: TestDatabase
let folder: string
let worker: ChildProcess | undefined
beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'worker-'))
})
afterAll(async () => {
  worker?.kill('SIGKILL')
  await database.drop()
  await rm(folder, { recursive: true })
})

const BLOCKED = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

test('a worker that is asked to stop while it starts does so when it has started', async () => {
  const { pool } = database.context()
  const holder = await pool.connect()
  await holder.query('begin; lock table worker_state in access exclusive mode')
  worker = spawn(process.execPath, ['jobs/worker.ts'], {
    env: childEnvironment('production', ['PATH', 'HOME', 'NODE_COMPILE_CACHE'], {
      DATABASE_URL: database.url,
      TIDEMARK_DATA: folder,
      ENV_FILE: 'none',
      LOG_LEVEL: 'info',
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  worker.stderr?.on('data', (chunk) => {
    log += String(chunk)
  })
  await vi.waitFor(async () => expect((await pool.query(BLOCKED)).rows).toHaveLength(1), { timeout: 20_000 })
  worker.kill('SIGTERM')
  await holder.query('rollback')
  holder.release()
  expect(await once(worker, 'exit', { signal: AbortSignal.timeout(20_000) }), log).toEqual([0, null])
  expect(log).toContain('worker stops')
}, 60_000)
