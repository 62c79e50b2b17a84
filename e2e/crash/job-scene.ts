import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningCloud, startDbtCloud } from '#demo/startup/dbt-cloud.ts'
import type { CloudRun } from '#demo/startup/dbt-cloud-runs.ts'
import { orderReload } from '#lib/commands/orders/order-reload.ts'
import type { Context } from '#lib/db/context.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { SHOP, shopFiles } from '#lib/testing/connectors/dbt-artifacts.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { type ClosedGate, closeGate, type GateName, installGates } from './gate.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

const PATIENCE_MS = 60_000
const TOKEN = 'crash-only'
const JOB = 7

const catalogueOf = (host: string) => `
page: { name: Orders of jobs, zone: UTC }
connections:
  shop: { kind: dbt, account: 1, host: "${host}", token: "\${SHOP_TOKEN}", jobs: [${JOB}], probe: 1d }
groups:
  all:
    feeds:
      orders:
        assets:
          shop/${SHOP.orders}: { job: shop/${JOB}, policy: { kind: age, clock: loadedAt, lateAfter: 1d, staleAfter: 7d } }
`

/** A feed that a job of a pretend dbt Cloud loads, and workers that can be killed. */
export interface JobScene {
  ctx: Context
  cloud: RunningCloud['cloud']
  startWorker(): WorkerProcess
  /** Orders the feed; answers the order. */
  order(): Promise<string>
  gate(name: GateName): Promise<ClosedGate>
  /** Of the runs that the order has started, in whatever number. */
  startedFor(order: string): CloudRun[]
  /** Lets the run end well. */
  finish(run: CloudRun): void
  /** What a worker that is gone has taken is free again, and it is time to ask. */
  letTimePass(): Promise<void>
  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>
  close(): Promise<void>
}

const stepsOf = (at: string) => [{ name: 'Invoke dbt with `dbt build`', writes: shopFiles(at, [SHOP.orders]) }]

/** Opens it; dbt Cloud has run the job once, a day ago. */
export async function openJobScene(): Promise<JobScene> {
  const [state, lake] = await Promise.all([createTestDatabase(), createTestDatabase({ empty: true })])
  const running = await startDbtCloud({ account: 1, token: TOKEN })
  const { cloud } = running
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-jobs-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, catalogueOf(running.url))
  await installGates(state.url, 'tidemark')
  const ctx = state.context()
  const yesterday = new Date(systemClock.now() - 86_400_000).toISOString()
  const times = { createdAt: yesterday, startedAt: yesterday, finishedAt: yesterday }
  cloud.runs.push({ id: 100, job: JOB, environment: 3, project: 2, status: 10, ...times, steps: stepsOf(yesterday) })
  const variables = {
    DATABASE_URL: state.url,
    LAKE_DATABASE_URL: lake.url,
    TIDEMARK_CONFIG: config,
    TIDEMARK_DATA: folder,
    SHOP_TOKEN: TOKEN,
  }
  const workers: WorkerProcess[] = []
  return {
    ctx,
    cloud,
    startWorker() {
      const worker = startWorker(variables)
      workers.push(worker)
      return worker
    },
    order: async () => (await orderReload(ctx, { feed: 'orders' })).orderId,
    gate: (name) => closeGate({ databaseUrl: state.url, lakeUrl: lake.url }, name, 1),
    startedFor: (order) => cloud.runs.filter(({ cause }) => cause?.includes(order)),
    finish(run) {
      const now = cloud.now()
      Object.assign(run, { status: 10, startedAt: now, finishedAt: now, steps: stepsOf(now) })
    },
    async letTimePass() {
      await ctx.whole.query("update reload_step set next_at = now(), claimed_until = null where state = 'running'")
      await notifyWorkers(ctx.whole)
    },
    async until(what, isSo) {
      const giveUpAt = systemClock.now() + PATIENCE_MS
      while (!(await isSo())) {
        if (systemClock.now() > giveUpAt) throw new Error(`${what} takes too long:\n${workers.at(-1)?.log().slice(-2000)}`)
        await systemClock.sleep(20)
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.kill()))
      await Promise.all([running.close(), rm(folder, { recursive: true }), state.drop(), lake.drop()])
    },
  }
}
