import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'

/** A database of its own with the world of orders, and two engineers: Ada sees all of it, Grace what the audience `records` does. */
export async function openOrderWorld() {
  const { database, clock, ctx } = await createDatabaseAt('2026-11-20T22:00:00Z')
  await fillOrderWorld(ctx)
  const ada = asActor(ctx, person({ id: 'a', name: 'Ada', role: 'engineer', audience: null }))
  const grace = asActor(ctx, person({ id: 'g', name: 'Grace', role: 'engineer', audience: 'records' }))
  return { database, clock, ctx, ada, grace }
}

/**
 * Two groups: in `hidden` the feed `terms` (flow `term`), in `records` the feeds `courses` (flow `course`, made from terms), `seats` (flow `seat`, from courses) and
 * `board`, which is only watched. All fresh. The audience `records` sees the second group only.
 */
async function fillOrderWorld(ctx: Context): Promise<void> {
  const flow = (name: string, reads: string, writes: string) =>
    `('${name}', 'UTC', '{}', '{"timeoutMs": 3600000, "connections": {}, "parameters": {}, "reads": ["${reads}"], "writes": ["${writes}"]}')`
  await ctx.whole.query(`
    insert into subject (id, kind, key, name, created_at) values
      (1, 'group', 'hidden', 'Hidden', now()), (2, 'group', 'records', 'Records', now()),
      (11, 'feed', 'terms', 'Terms', now()), (12, 'feed', 'courses', 'Courses', now()), (13, 'feed', 'seats', 'Seats', now()), (14, 'feed', 'board', 'Board', now()),
      (21, 'asset', 'lake/term', 'term', now()), (22, 'asset', 'lake/course', 'course', now()), (23, 'asset', 'lake/seat', 'seat', now()),
      (24, 'asset', 'looker/board', 'board', now());
    insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 1000), ('looker', 'looker', 1000);
    insert into feed (subject_id, group_id, owner) values (11, 1, 'Tess'), (12, 2, 'Cora'), (13, 2, null), (14, 2, 'board@example.edu');
    insert into flow (name, zone, "after", settings) values
      ${flow('term', 'sis/terms', 'lake/term')}, ${flow('course', 'lake/term', 'lake/course')}, ${flow('seat', 'lake/course', 'lake/seat')};
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) values
      (21, 11, 'table', 'lake', 'term', 'term'), (22, 12, 'table', 'lake', 'course', 'course'), (23, 13, 'table', 'lake', 'seat', 'seat'),
      (24, 14, 'consumer', 'looker', 'board', null);
    ${edgesInSql([21, 22, 'flow'], [22, 23, 'flow'])};
    insert into status_span (subject_id, status, reason, from_at) select id, 'fresh', 'on-time', '2026-11-01' from subject;
    insert into audience_group values ('records', 2);`)
}

export async function turn(ctx: Context, status: string, ...subjectIds: number[]): Promise<void> {
  await ctx.whole.query('update status_span set status = $1 where subject_id = any($2::int[])', [status, subjectIds])
}

/** What stands in an order: its state, and of each step the flow or job and its state. */
export async function readOrder(ctx: Context, id: string): Promise<string> {
  const { rows } = await ctx.whole.query<{ words: string }>(
    `select o.state || ': ' || coalesce((select string_agg(coalesce(t.flow, t.connection_key || '/' || t.job) || ' ' || t.state, ', ' order by t.position) from reload_step t where t.order_id = o.id), '') as words
     from reload_order o where o.id = $1`,
    [id],
  )
  return rows[0]?.words ?? 'gone'
}

/** The runs that there are, oldest first. */
export async function listRuns(ctx: Context): Promise<{ id: string; flow: string; state: RunState; requestedBy: string | null }[]> {
  const { rows } = await ctx.whole.query(
    'select id::text, flow, state, requested_by as "requestedBy" from run order by created_at, scheduled_for, flow',
  )
  return rows
}

/** A flow, how its run ends (without: it goes on), and the words of that. */
export type PlayedRun = [flow: string, state?: 'completed' | 'failed' | 'partial' | 'cancelled', problem?: string]

/** Takes the run of a flow that waits, and ends it. */
export async function playRun(ctx: Context, ...[flow, state, problem]: PlayedRun): Promise<ClaimedRun> {
  const waiting = (await listRuns(ctx)).find((run) => run.flow === flow && ['scheduled', 'overdue', 'crashed'].includes(run.state))
  const run = await claimRun(ctx, { runId: waiting?.id ?? '', owner: 'worker-1' })
  if (run === null) throw new Error(`no run of ${flow} could be taken`)
  if (state === undefined) return run
  await finishRun(ctx, {
    runId: run.runId,
    fence: run.fence,
    state,
    rowsLoaded: 1,
    report: null,
    problem: problem ?? null,
    internalProblem: null,
  })
  return run
}
