import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { Campus } from '#demo/campus/campus.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { CATALOGUE, campusVariables } from '../crash/catalogue.ts'
import { startWorker } from '../crash/worker-process.ts'
import { peakMemoryMb } from './memory.ts'

const PATIENCE_MS = 1_800_000

/** A worker in a process of its own, on two new databases. */
export interface RealWorker {
  ctx: Context
  databaseUrl: string
  lakeUrl: string
  /** Asks for a run and resolves with its counts when it has completed; throws when it ends otherwise. */
  run(flow: string): Promise<Record<string, number | string>>
  /** The most memory the process ever held. */
  peakMb(): Promise<number>
  stop(): Promise<void>
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (systemClock.now() > giveUpAt) throw new Error(`${what} takes too long`)
    await systemClock.sleep(100)
  }
}

async function endOf(pool: Pool, runId: string): Promise<Record<string, number | string> | null> {
  const { rows } = await pool.query<{ state: string; problem: string | null; counts: Record<string, number | string> | null }>(
    "select state, problem, summary -> 'counts' as counts from run where id = $1",
    [runId],
  )
  const [row] = rows
  if (row === undefined || ['scheduled', 'overdue', 'running'].includes(row.state)) return null
  if (row.state !== 'completed') throw new Error(`the run ended ${row.state}: ${row.problem}`)
  return row.counts ?? {}
}

/** The flows term, course and person as they run every night: the parameters are the defaults. */
const NIGHTLY = CATALOGUE.replaceAll(/parameters: \{[^}]*\}/g, 'parameters: {}')

/** Starts a worker on this campus; resolves when it knows its flows. */
export async function startRealWorker(campus: Campus): Promise<RealWorker> {
  const [state, lake] = [await createTestDatabase(), await createTestDatabase({ empty: true })]
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, NIGHTLY)
  const own = { DATABASE_URL: state.url, LAKE_DATABASE_URL: lake.url, TIDEMARK_CONFIG: config, TIDEMARK_DATA: folder }
  const worker = startWorker({ ...own, ...campusVariables(campus) })
  const ctx = state.context()
  await until('the first sync', async () => (await ctx.pool.query('select 1 from flow')).rowCount !== 0)
  return {
    ctx,
    databaseUrl: state.url,
    lakeUrl: lake.url,
    async run(flow) {
      const { runId } = await requestRun(ctx, { flow })
      let counts: Record<string, number | string> | null = null
      await until(flow, async () => {
        counts = await endOf(ctx.pool, runId)
        return counts !== null
      })
      return counts ?? {}
    },
    peakMb: () => peakMemoryMb(worker.pid),
    async stop() {
      await worker.kill()
      await rm(folder, { recursive: true })
      await Promise.all([state.drop(), lake.drop()])
    },
  }
}
