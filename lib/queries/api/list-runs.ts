import type { Context } from '#lib/db/context.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { isOver } from '#lib/domain/runs/external-run.ts'
import { CLAIMABLE_STATES, isEnded, RUN_STATES, type RunState } from '#lib/domain/runs/run.ts'
import { statesOf } from '#lib/domain/runs/run-filter.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { boundsOfDay } from '#lib/domain/time/local-day.ts'
import { USUAL_DURATION } from '#lib/queries/runs/external-run-rows.ts'
import { RUN_COLUMNS } from '#lib/queries/runs/run-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'
import type { ListedRun } from './answers.ts'
import type { ApiList } from './list.ts'
import { type RunsQuestion, runsQuestion } from './questions.ts'

/** SQL: why a run `r` was asked for, by the column of steps that names such runs. */
const orderReasonSql = (column: 'run_id' | 'external_run_id') => `
  select o.reason from reload_order o where o.reason is not null and exists (select 1 from reload_step t where t.order_id = o.id and t.${column} = r.id)
  order by o.created_at, o.id limit 1`

const inSql = (states: readonly RunState[]) => `r.state in (${states.map((state) => `'${state}'`).join(', ')})`
const IS_ENDED = inSql(RUN_STATES.filter(isEnded))
/** In two parts, each of which has an index. */
const IS_UNDER_WAY = `(${inSql(CLAIMABLE_STATES)} or r.state = 'running')`

const ownSql = (isEnded: boolean | undefined) => `
  select ${RUN_COLUMNS}, null::text as system, null::text as "jobName", null::text as url, r.requested_by as "requestedBy", (${orderReasonSql('run_id')}) as "orderReason", ${instant('r.lease_until')} as "leaseUntil"
  from run r
  where ${isEnded === undefined ? 'true' : isEnded ? IS_ENDED : IS_UNDER_WAY}
    and ($1::timestamptz is null or (r.scheduled_for, r.id) < ($1, $2::uuid))
    and ($4::timestamptz is null or r.ended_at >= $4 or ${IS_UNDER_WAY})
    and ($5::text is null or r.flow = $5) and r.state = any($6::text[]) and $9::text is null
    and ($10::timestamptz is null or (r.scheduled_for >= $10 and r.scheduled_for < $11::timestamptz))
    and (r.state <> 'scheduled' or r.attempt > 0 or r.scheduled_for <= $7 or $8)
  order by r.scheduled_for desc, r.id desc limit $3`

const EXTERNAL_OVER = inSql(RUN_STATES.filter(isOver))

/** Runs of other systems in the columns of our own; their job stands where the flow does. Those that are runs of a flow only where those of their system are asked for. */
const externalSql = (isEnded: boolean | undefined) => `
  select r.id::text, r.job as flow, case when r.scheduled_at is null then 'unknown' else 'schedule' end as trigger, r.state, false as "isDryRun", r.attempt,
    ${instant('r.placed_at')} as "scheduledFor", ${instant('r.started_at')} as "startedAt", ${instant('r.ended_at')} as "endedAt",
    null::float8 as "cancelAt", null::text as "waitingFor", null::float8 as "progressDone", null::float8 as "progressTotal",
    case when r.state = 'running' then ${instant(`r.started_at + ${USUAL_DURATION}`)} end as "etaAt", r.rows::float8 as "rowsLoaded", r.error as problem,
    0::float8 as "rowsRejected", r.connection_key as system, ${jobNameSql('r.connection_key', 'r.job')} as "jobName", r.url, null::text as "requestedBy", (${orderReasonSql('external_run_id')}) as "orderReason", null::float8 as "leaseUntil"
  from external_run r
  where ${isEnded === undefined ? 'true' : isEnded ? EXTERNAL_OVER : `not ${EXTERNAL_OVER}`}
    and ($1::timestamptz is null or (r.placed_at, r.id) < ($1, $2::uuid))
    and ($4::timestamptz is null or r.ended_at >= $4 or r.ended_at is null)
    and ($5::text is null or r.job = $5) and r.state = any($6::text[]) and ($9::text is null or r.connection_key = $9)
    and ($10::timestamptz is null or (r.placed_at >= $10 and r.placed_at < $11::timestamptz))
    and (r.state <> 'scheduled' or r.placed_at <= $7 or $8)
    and ($9::text is not null or not exists (select from job_of_run j where j.external_run_id = r.id))
  order by r.placed_at desc, r.id desc limit $3`

/** A flow that is named alone is one of ours; with a system it is that system's job. */
function runsSql({ ended, flow, system }: Pick<RunsQuestion, 'ended' | 'flow' | 'system'>): string {
  const parts = [
    ...(system === undefined ? [ownSql(ended)] : []),
    ...(system === undefined && flow !== undefined ? [] : [externalSql(ended)]),
  ]
  return `select * from (${parts.map((part) => `(${part})`).join(' union all ')}) x order by x."scheduledFor" desc, x.id collate "C" desc limit $3`
}

const MARK = `
  select concat_ws('|', (select count(*) from run), (select max(ended_at) from run), (select count(external_run_id) from job_of_run), (select count(run_id) + count(external_run_id) from reload_step),
    (select sum(hashtext(r::text)::bigint) from run r where ${IS_UNDER_WAY}),
    (select count(*) || ':' || max(told_at) from external_run), (select sum(hashtext(r::text)::bigint) from external_run r where ended_at is null)) as mark`

/** From when until when a day is by the clocks of the page. */
async function boundsOf(ctx: Context, day: string | undefined): Promise<[Date | null, Date | null]> {
  if (day === undefined) return [null, null]
  const { start, end } = boundsOfDay(day, await getPageZone(ctx))
  return [new Date(start), new Date(end)]
}

/** The runs of all flows, and those that other systems tell of, newest first; those that are only planned where their state is asked for. */
export const RUN_LIST: ApiList<RunsQuestion, ListedRun> = {
  name: 'runs',
  question: runsQuestion,
  place: /^\d{1,15}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  async read(ctx, { changedSince, flow, state, ended, system, day }, after, limit) {
    const [at, id] = after?.split('_') ?? []
    const { rows } = await ctx.pool.query<ListedRun>(runsSql({ ended, flow, system }), [
      at === undefined ? null : new Date(Number(at)),
      id,
      limit,
      changedSince,
      flow,
      statesOf(state),
      new Date(ctx.clock.now() + SECOND_MS),
      state === 'scheduled',
      system,
      ...(await boundsOf(ctx, day)),
    ])
    return rows.map((item) => ({ place: `${item.scheduledFor}_${item.id}`, item }))
  },
  async mark(ctx) {
    return String((await ctx.pool.query<{ mark: string }>(MARK)).rows[0]?.mark)
  },
}
