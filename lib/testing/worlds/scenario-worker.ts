import { beatInside } from '#jobs/worker/heartbeats.ts'
import type { JobKind, JobServices } from '#jobs/worker/job-kind.ts'
import { planSweep } from '#jobs/worker/sweeps.ts'
import type { WakeUps } from '#jobs/worker/wake-ups.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'

/** Between two looks at runs that are at work, so that looking does not take the time they need. */
const BREATH_MS = 3

export interface ScenarioWorker {
  services: JobServices
  stop: AbortController
  kinds: ReadonlyMap<string, JobKind>
}

/** Due every few seconds, and of a world only where that is what is looked at. */
export const PULSE = 'pulse-connection'

/** Runs a worker's sweeps and, in place of the queue, every job they ask for. Answers when something is due next. */
export async function stepOf({ services, kinds }: ScenarioWorker): Promise<Instant> {
  const { ctx } = services
  await sweepDue(ctx)
  const jobs: Promise<void>[] = []
  await planSweep(services, jobsInto(jobs, kinds, services))
  await Promise.all(jobs)
  const swept = await sweepDue(ctx)
  await beatInside(services, ctx.clock.now())
  return Math.min(swept.nextDueAt ?? Number.POSITIVE_INFINITY, await nextRowAt(ctx, kinds.has(PULSE)))
}

function jobsInto(jobs: Promise<void>[], kinds: ReadonlyMap<string, JobKind>, services: JobServices): WakeUps {
  return {
    async send(name, input = {}) {
      const kind = kinds.get(name)
      if (kind === undefined && name === PULSE) return
      if (kind === undefined) throw new Error(`there is no job kind ${name}`)
      jobs.push(kind.run(services, kind.input.parse(input)))
    },
    stop: async () => {},
  }
}

async function nextRowAt(ctx: Context, pulses: boolean): Promise<Instant> {
  const { rows } = await ctx.pool.query<{ at: Date | null }>(
    `select min(at) as at from (
       select scheduled_for as at from run where state = 'scheduled'
       union all select next_probe_at from connection_state where removed_at is null
       union all select look_again_at from asset
       union all select next_attempt_at from outbox
       union all select due_at from file_look
       union all select due_at from inbox_file where state = 'arrived'
       union all select next_pulse_at from connection_state where removed_at is null and $2
     ) due where at > $1`,
    [new Date(ctx.clock.now()), pulses],
  )
  return rows[0]?.at?.getTime() ?? Number.POSITIVE_INFINITY
}

/** Waits until the workers hold no run; answers whether they held one. Time goes on, by the second, only while all runs wait for a retry
 * and no statement (a lease's renewal) is under way. */
export async function waitForRuns(ctx: Context, clock: FakeClock, workers: readonly ScenarioWorker[]): Promise<boolean> {
  const hasRun = workers.some(isAtWork)
  while (workers.some(isAtWork)) {
    if (workers.every(isQuiet) && (await areWaiting(ctx)) && workers.every(isQuiet)) await clock.advance(SECOND_MS)
    else await systemClock.sleep(BREATH_MS)
  }
  return hasRun
}

async function areWaiting(ctx: Context): Promise<boolean> {
  const { rows } = await ctx.pool.query<{ waits: boolean }>("select waiting_for is not null as waits from run where state = 'running'")
  return rows.length > 0 && rows.every((run) => run.waits)
}

function isAtWork({ services }: ScenarioWorker): boolean {
  return services.runs.ids().length > 0
}

function isQuiet({ services }: ScenarioWorker): boolean {
  const { pool } = services.ctx
  return pool.waitingCount === 0 && pool.idleCount === pool.totalCount
}
