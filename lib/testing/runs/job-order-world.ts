import askForOrders from '#jobs/kinds/ask-for-orders.ts'
import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import { orderReload } from '#lib/commands/orders/order-reload.ts'
import type { Context } from '#lib/db/context.ts'
import { listDueJobSteps } from '#lib/db/runs/reload-jobs.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { getOrder } from '#lib/queries/runs/reload-order.ts'
import { PretendScheduler, type ScheduledRun, schedulerConnector } from '#lib/testing/connectors/pretend-scheduler.ts'
import { testServices } from './job-services.ts'
import { openOrderWorld } from './order-world.ts'

/**
 * The world of orders, where the job `etl/courses` loads courses and `looker/pdt`, which nobody can start, the board. One database for many stories: each begins
 * anew, with everything fresh and a scheduler that has run nothing.
 */
export async function openJobOrderWorld() {
  const { database, clock, ctx, ada, grace } = await openOrderWorld()
  let etl = new PretendScheduler(() => clock.now())
  await ctx.whole.query(`
    insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ('etl', 'test', 60000, true);
    update asset set flow = null, job = 'etl/courses' where subject_id = 22; update asset set job = 'looker/pdt' where subject_id = 24;
    insert into catalogue_version (accepted_at, hash, document, schema)
      values (now(), 'h', '{"connections": {"etl": {"kind": "test", "probe": "1m", "token": "t"}}}', '{}')`)
  const ask = () => askForOrders.run(testServices(ctx, { connectors: schedulerConnector(etl) }), { connection: 'etl' })
  return {
    ...{ database, clock, ctx, ada, grace, ask },
    async beginAnew(): Promise<PretendScheduler> {
      etl = new PretendScheduler(() => clock.now())
      await ctx.whole.query(`
        delete from reload_order; delete from external_run; delete from run_log; delete from run; delete from status_span;
        insert into status_span (subject_id, status, reason, from_at) select id, 'fresh', 'on-time', '2026-11-01' from subject`)
      return etl
    },
    /** What a worker does some time later: orders move on, and what is due is asked for. */
    async askLater(ms = 20 * SECOND_MS): Promise<void> {
      clock.set(clock.now() + ms)
      await advanceOrders(ctx)
      if ((await listDueJobSteps(ctx.pool, clock.now())).includes('etl')) await ask()
    },
    order: async (by: Context = ada, feed = 'courses') => (await orderReload(by, { feed, reason: 'SAP is back' })).orderId,
    stepOf: async (id: string, position = 1) => (await getOrder(ada, id))?.steps[position - 1],
    theRun: (): ScheduledRun => etl.runs[0] ?? etl.queue('none'),
  }
}
