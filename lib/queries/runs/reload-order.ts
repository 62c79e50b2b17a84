import type { Context } from '#lib/db/context.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { type JobElsewhere, loadJobsElsewhere } from '#lib/db/runs/jobs-elsewhere.ts'
import { loadRecords, loadSurroundings } from '#lib/db/runs/reload-scope.ts'
import { may } from '#lib/domain/access/actions.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { OrderState, StepState } from '#lib/domain/orders/order-progress.ts'
import { planEnd } from '#lib/domain/orders/plan-end.ts'
import { type StepWork, stepsToReload } from '#lib/domain/orders/steps-to-reload.ts'
import { typicalDurationMs } from '#lib/domain/runs/hung-run.ts'
import { livenessOf } from '#lib/domain/runs/liveness.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { EXTERNAL_RUN_COLUMNS, type ExternalRunRow } from './external-run-rows.ts'
import { getReplayable, type Replayable } from './replayable.ts'
import { type LogLine, RUN_COLUMNS, type RunRow, SIGNS_COLUMNS, type SignsOfRun } from './run-rows.ts'

/** An order as it stands. */
export interface OrderView {
  id: string
  /** When this was read. */
  now: Instant
  feed: { key: string; name: string; status: Status | null; reason: Reason | null; since: Instant | null }
  state: OrderState
  createdAt: Instant
  endedAt: Instant | null
  orderedBy: string | null
  joinedBy: string[]
  reason: string | null
  parameters: Record<string, unknown>
  steps: OrderStep[]
  /** When it will have ended, going by what is usual; null where that cannot be said, and once it has ended. */
  expectedAt: Instant | null
}

export interface OrderStep {
  position: number
  /** Null where it is a job; both are null: of a system the reader may not see. */
  flow: string | null
  /** A job of another system, `<connection>/<job>`. */
  job: string | null
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  state: StepState
  /** Why it failed; while it goes on, why its system could not be asked last. */
  problem: string | null
  run: (RunRow & SignsOfRun) | null
  /** The run of the job there; null until it was started. */
  external: ExternalRunRow | null
  /** No run of the job is known, and one may have begun. */
  mayHaveBegun: boolean
  /** The last lines of a run that goes on. */
  log: LogLine[]
}

const LOG_LINES = 6

const STEPS = `
  coalesce((
    select json_agg(json_build_object('position', t.position, 'flow', t.flow, 'job', t.connection_key || '/' || t.job,
      'mayHaveBegun', t.tried_at is not null and t.external_run_id is null, 'jobName', ${jobNameSql('t.connection_key', 't.job')}, 'state', t.state, 'problem', t.problem,
      'run', (select to_jsonb(x) from (select ${RUN_COLUMNS}, ${SIGNS_COLUMNS} from run r where r.id = t.run_id) x),
      'external', (select to_jsonb(x) from (select ${EXTERNAL_RUN_COLUMNS} from external_run r where r.id = t.external_run_id) x),
      'log', coalesce((
        select json_agg(json_build_object('id', l.id, 'attempt', l.attempt, 'at', ${instant('l.at')}, 'level', l.level, 'message', l.message) order by l.id)
        from (select * from run_log where run_id = t.run_id and t.state = 'running' order by id desc limit ${LOG_LINES}) l
      ), '[]')) order by t.position)
    from reload_step t where t.order_id = o.id
  ), '[]')`

const ORDER = `
  select o.id::text, o.state, ${instant('o.created_at')} as "createdAt", ${instant('o.ended_at')} as "endedAt", o.ordered_by as "orderedBy",
    o.joined_by as "joinedBy", o.reason, o.parameters, ${STEPS} as steps,
    jsonb_build_object('key', s.key, 'name', s.name, 'status', sp.status, 'reason', sp.reason, 'since', ${instant('coalesce(sp.since_at, sp.from_at)')}) as feed
  from reload_order o join subject s on s.id = o.feed_id left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

type Row = Omit<OrderView, 'now' | 'expectedAt'>

/** An order; null for an id that names none, or one of a feed that is not seen. */
export async function getOrder(ctx: Context, id: string): Promise<OrderView | null> {
  const { rows } = await ctx.pool.query<Row>(`${ORDER} where o.id::text = lower($1)`, [id])
  return rows[0] === undefined ? null : toView(ctx, rows[0])
}

/** What a page says of the reload of its feed, and what whoever reads it may do about it. */
export interface ReloadView {
  /** The open order, else the last one that ended within a day. */
  order: OrderView | null
  /** Why no reload can be ordered by them; null when it can. Where nothing they see loads the feed, neither a sign-in nor a role would help. */
  refusal: 'sign-in' | 'role' | 'only-watched' | null
  owner: string | null
  /** Where nothing here loads the feed: the jobs that do, and that somebody has to start in their own system. */
  elsewhere: JobElsewhere[]
  /** For those who may order. */
  replayable: Replayable[]
}

interface AskedFeed {
  id: number
  owner: string | null
  /** A flow writes something in it, or a job that can be started. */
  isLoaded: boolean
}

export async function getReload(ctx: Context, feed: string): Promise<ReloadView> {
  const after = new Date(ctx.clock.now() - DAY_MS)
  const isAllowed = may(ctx.actor, 'feed.reload')
  const [orders, feeds, replayable] = await Promise.all([
    ctx.pool.query<Row>(
      `${ORDER} where s.kind = 'feed' and s.key = $1 and (o.state = 'open' or o.ended_at > $2) order by o.state = 'open' desc, o.created_at desc limit 1`,
      [feed, after],
    ),
    ctx.pool.query<AskedFeed>(
      `select s.id, f.owner, exists (
         select from asset a join subject x on x.id = a.subject_id and x.removed_at is null
         where a.feed_id = s.id and (exists (select from flow w where w.name = a.flow and w.removed_at is null)
           or exists (select from job_starter c where c.key = split_part(a.job, '/', 1)))) as "isLoaded"
       from feed f join subject s on s.id = f.subject_id where s.kind = 'feed' and s.key = $1`,
      [feed],
    ),
    isAllowed ? getReplayable(ctx, feed) : [],
  ])
  const [row] = orders.rows
  return {
    order: row === undefined ? null : await toView(ctx, row),
    ...(isAllowed ? { refusal: null, elsewhere: [] } : await whyRefused(ctx, feeds.rows[0])),
    owner: feeds.rows[0]?.owner ?? null,
    replayable,
  }
}

/** What writes its own is part of every reload of a feed: only where nothing does it is read what it is made from. */
async function whyRefused(ctx: Context, feed: AskedFeed | undefined): Promise<Pick<ReloadView, 'refusal' | 'elsewhere'>> {
  if (feed?.isLoaded === false) {
    const { assets, edges } = await loadSurroundings(ctx.pool, feed.id)
    const { steps, elsewhere } = stepsToReload(feed.id, assets, edges, new Map())
    const own = elsewhere.filter(({ isOwn }) => isOwn)
    if (steps.length === 0) return { refusal: 'only-watched', elsewhere: await loadJobsElsewhere(ctx.pool, own) }
  }
  return { refusal: ctx.actor.kind === 'visitor' ? 'sign-in' : 'role', elsewhere: [] }
}

async function toView(ctx: Context, row: Row): Promise<OrderView> {
  const now = ctx.clock.now()
  return { ...row, now, expectedAt: row.state === 'open' ? await expectedEnd(ctx, row, now) : null }
}

async function expectedEnd(ctx: Context, { steps }: Row, now: Instant): Promise<Instant | null> {
  const left = steps.filter(({ state }) => state === 'waiting' || state === 'running')
  const work = left.flatMap(({ flow, job }): StepWork[] =>
    flow !== null ? [{ kind: 'flow', name: flow }] : job !== null ? [{ kind: 'job', name: job }] : [],
  )
  // Of one that cannot be asked nobody knows when that changes.
  const isStuck = ({ run, job, problem }: OrderStep) => (run !== null && isWithoutWorker(run, now)) || (job !== null && problem !== null)
  if (work.length < left.length || left.some(isStuck)) return null
  const records = await loadRecords(ctx.pool, work)
  const known = records.map((record, i) => {
    const leftMs = leftOf(left[i]?.run ?? left[i]?.external ?? null, typicalDurationMs(record.durationsMs), now)
    return { ...record, ...(leftMs !== null && { leftMs }) }
  })
  const end = planEnd(known, now)
  return end.kind === 'by' ? end.at : null
}

/** It lost its worker, or nothing has been heard of it: nobody knows when that changes. */
function isWithoutWorker(run: NonNullable<OrderStep['run']>, now: Instant): boolean {
  return run.state === 'crashed' || livenessOf(run, now)?.isSilent === true
}

function leftOf(run: Pick<RunRow, 'startedAt' | 'etaAt'> | null, usualMs: number | null, now: Instant): number | null {
  if (run?.startedAt == null) return null
  if (run.etaAt !== null) return Math.max(0, run.etaAt - now)
  return usualMs === null ? null : Math.max(0, run.startedAt + usualMs - now)
}

/** An order as its runs tell of it. */
export interface OrderOfRun {
  at: Instant
  by: string | null
  reason: string | null
  feedKey: string
  feedName: string
}

/** The orders that a run of ours or of another system stands in, the oldest first. */
export async function getOrdersOfRun(ctx: Context, runId: string): Promise<OrderOfRun[]> {
  const { rows } = await ctx.pool.query<OrderOfRun>(
    `select ${instant('o.created_at')} as at, o.ordered_by as by, o.reason, s.key as "feedKey", s.name as "feedName"
     from reload_order o join subject s on s.id = o.feed_id
     where exists (select 1 from reload_step t where t.order_id = o.id and (t.run_id = $1 or t.external_run_id = $1)) order by o.created_at, s.name limit 20`,
    [runId],
  )
  return rows
}
