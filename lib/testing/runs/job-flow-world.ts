import cancelJobs from '#jobs/kinds/cancel-jobs.ts'
import { collectRuns } from '#jobs/worker/collect-runs.ts'
import { openConnection } from '#jobs/worker/connections.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { planSweep } from '#jobs/worker/sweeps.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { PretendScheduler, type ScheduledRun, schedulerConnector } from '#lib/testing/connectors/pretend-scheduler.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { testServices } from './job-services.ts'

const CATALOGUE = JSON.stringify({
  page: { name: 'P', zone: 'UTC' },
  connections: { etl: { kind: 'test', probe: '1m', token: 't' } },
  flows: { prices: { runs: 'etl/nightly prices', writes: ['lake/price'] } },
})

interface FlowSettings {
  connections?: Record<string, string>
  timeoutMs?: number
  parameters?: Record<string, unknown>
  runs?: string
}

/**
 * The flow `prices`, whose runs are the job `nightly prices` of the scheduler `etl`, and the feed that it writes. One database for many stories: each begins anew, with a
 * scheduler that has run nothing.
 */
export async function openJobFlowWorld() {
  const { database, clock, ctx } = await createDatabaseAt('2026-11-20T22:00:00Z')
  let etl = new PretendScheduler(() => clock.now())
  await ctx.whole.query(
    `insert into subject (id, kind, key, name, created_at) values
       (1, 'group', 'games', 'Games', now()), (11, 'feed', 'prices', 'Prices', now()), (21, 'asset', 'lake/price', 'price', now());
     insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ('lake', 'postgres', 1000, false), ('etl', 'test', 60000, true);
     insert into feed (subject_id, group_id, owner) values (11, 1, 'Pia');
     insert into flow (name, zone, "after", settings) values ('prices', 'UTC', '{}', '{}');
     insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) values (21, 11, 'table', 'lake', 'price', 'prices');
     insert into subject_version values (21, '2026-11-01', '{"feed": "prices", "flow": "prices", "policies": []}')`,
  )
  await ctx.whole.query("insert into catalogue_version (accepted_at, hash, document, schema) values (now(), 'h', $1, '{}')", [CATALOGUE])

  const settle = () => ctx.pool.query('select pg_sleep(0.01)')
  async function until(isSo: () => Promise<boolean> | boolean, stepMs = 5 * SECOND_MS): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      if (await isSo()) return
      await clock.advance(stepMs)
      await settle()
    }
    throw new Error('it did not come to that')
  }
  const worker = (more: Partial<JobServices> = {}, options: { cancels?: boolean } = {}): JobServices =>
    testServices(ctx, { connectors: schedulerConnector(etl, undefined, options), ...more })
  const theRuns = async () => {
    const { rows } = await ctx.whole.query(
      `select r.id::text, r.state, r.trigger, r.attempt, r.problem, r.rows_loaded::int as rows, r.summary -> 'isUncounted' as uncounted, r.started_at as "startedAt",
         r.ended_at as "endedAt", j.external_id as there, j.url, j.cancelled_at is not null as "isCancelled", j.cancel_due_at is not null as "isToCancel", j.cancel_problem as "cancelProblem"
       from run r left join job_of_run j on j.run_id = r.id order by r.created_at, r.scheduled_for`,
    )
    return rows
  }
  /** What a worker does every few seconds. */
  async function sweep(services: JobServices): Promise<void> {
    const wanted: unknown[] = []
    const send = async (kind: string, input: unknown) => void (kind === 'cancel-jobs' && wanted.push(input))
    await planSweep(services, { send, stop: async () => {} })
    for (const input of wanted) await cancelJobs.run(services, cancelJobs.input.parse(input))
  }
  const press = () => requestRun(ctx, { flow: 'prices' })
  return {
    ...{ database, clock, ctx, worker, until, theRuns, sweep, press },
    /** Somebody asks for a run, whose job is started and goes on there, as this worker knows. */
    async followed(services: JobServices): Promise<{ runId: string; there: ScheduledRun }> {
      const { runId } = await press()
      await sweep(services)
      await until(() => etl.runs.length > 0)
      const [there = etl.queue('none')] = etl.runs
      etl.begin(there)
      await until(async () => (await theRuns())[0].there === String(there.number))
      return { runId, there }
    },
    async beginAnew(settings: FlowSettings = {}): Promise<PretendScheduler> {
      etl = new PretendScheduler(() => clock.now())
      await ctx.whole.query(
        `delete from reload_order; delete from job_of_run; delete from external_run; delete from run_log; delete from run_task; delete from arrival; delete from run; delete from flow where name <> 'prices';
         update connection_state set runs_asked_at = null, runs_through = null`,
      )
      const own = { timeoutMs: 86_400_000, connections: { etl: 'etl' }, parameters: {}, writes: ['lake/price'], runs: 'etl/nightly prices' }
      await ctx.whole.query("update flow set settings = $1, runs_since = null where name = 'prices'", [
        JSON.stringify({ ...own, ...settings }),
      ])
      return etl
    },
    /** A look through the connection, as every probe takes one. */
    async look(services: JobServices, key = 'etl'): Promise<void> {
      const { signal } = services
      const { connector, connection } = await openConnection(services, key, signal)
      await withSession(connector, connection, (session) =>
        collectRuns(services, key, (since) => session.runs?.(since) ?? [], { signal, onHeard: () => {} }),
      )
    },
    /** Lets a worker go on until it holds no run any more. */
    idle: (services: JobServices) => until(() => services.runs.ids().length === 0),
  }
}
