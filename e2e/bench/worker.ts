import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCampus } from '#demo/campus/campus.ts'
import { requestRun } from '#lib/commands/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase } from '#lib/testing/database.ts'
import { CATALOGUE } from '../crash/stage.ts'
import { startWorker } from '../crash/worker-process.ts'
import { peakMemoryMb } from './memory.ts'
import { type Figure, timed } from './report.ts'

const COURSES_PER_TERM = 12_500
const PATIENCE_MS = 300_000

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (systemClock.now() > giveUpAt) throw new Error(`${what} takes too long`)
    await systemClock.sleep(100)
  }
}

async function runThrough(ctx: Context, flow: string): Promise<void> {
  const { runId } = await requestRun(ctx, { flow })
  await until(flow, async () => {
    const { rows } = await ctx.pool.query<{ state: string; problem: string | null }>('select state, problem from run where id = $1', [
      runId,
    ])
    if (rows[0]?.state === 'failed') throw new Error(`${flow} failed: ${rows[0].problem}`)
    return rows[0]?.state === 'completed'
  })
}

/** A real worker process that loads fifty thousand courses from the stand-in over HTTP, twice. */
export async function measureWorker(): Promise<Figure[]> {
  const [state, lake] = [await createTestDatabase(), await createTestDatabase({ empty: true })]
  const campus = await startCampus({ clock: systemClock, coursesPerTerm: COURSES_PER_TERM })
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, CATALOGUE.replace(', parameters: { batchSize: 100 }', ''))
  const worker = startWorker({
    DATABASE_URL: state.url,
    LAKE_DATABASE_URL: lake.url,
    TIDEMARK_CONFIG: config,
    TIDEMARK_DATA: folder,
    PEOPLESOFT_URL: campus.url,
    PEOPLESOFT_USER: campus.credentials.user,
    PEOPLESOFT_PASSWORD: campus.credentials.password,
    SNAPLOGIC_URL: campus.courseUrl,
    SNAPLOGIC_KEY: campus.credentials.key,
  })
  const ctx = state.context()
  try {
    await until('the first sync', async () => (await ctx.pool.query('select 1 from flow')).rowCount === 2)
    await runThrough(ctx, 'term')
    const first = await timed(() => runThrough(ctx, 'course'))
    const again = await timed(() => runThrough(ctx, 'course'))
    return [
      { name: 'course run over HTTP by a worker, first', value: `${(first.ms / 1000).toFixed(1)} s` },
      { name: 'course run over HTTP by a worker, unchanged', value: `${(again.ms / 1000).toFixed(1)} s` },
      { name: 'peak memory of the worker process', value: `${(await peakMemoryMb(worker.pid)).toFixed(0)} MB` },
    ]
  } finally {
    await worker.kill()
    await campus.close()
    await rm(folder, { recursive: true })
    await Promise.all([state.drop(), lake.drop()])
  }
}
