import { CLAIMABLE_STATES, isEnded, RUN_STATES, type RunState } from '#lib/domain/runs/run.ts'
import { statesOf } from '#lib/domain/runs/run-filter.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { RUN_COLUMNS } from '#lib/queries/runs/run-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { ListedRun } from './answers.ts'
import type { ApiList } from './list.ts'
import { type RunsQuestion, runsQuestion } from './questions.ts'

const ORDER_REASON = `
  select o.reason from reload_order o where o.reason is not null and exists (select 1 from reload_step t where t.order_id = o.id and t.run_id = r.id)
  order by o.created_at, o.id limit 1`

const inSql = (states: readonly RunState[]) => `r.state in (${states.map((state) => `'${state}'`).join(', ')})`
const IS_ENDED = inSql(RUN_STATES.filter(isEnded))
/** In two parts, each of which has an index. */
const IS_UNDER_WAY = `(${inSql(CLAIMABLE_STATES)} or r.state = 'running')`

const runsSql = (isEnded: boolean | undefined) => `
  select ${RUN_COLUMNS}, r.requested_by as "requestedBy", (${ORDER_REASON}) as "orderReason", ${instant('r.lease_until')} as "leaseUntil"
  from run r
  where ${isEnded === undefined ? 'true' : isEnded ? IS_ENDED : IS_UNDER_WAY}
    and ($1::timestamptz is null or (r.scheduled_for, r.id) < ($1, $2::uuid))
    and ($4::timestamptz is null or r.ended_at >= $4 or ${IS_UNDER_WAY})
    and ($5::text is null or r.flow = $5) and r.state = any($6::text[])
    and (r.state <> 'scheduled' or r.attempt > 0 or r.scheduled_for <= $7 or $8)
  order by r.scheduled_for desc, r.id desc limit $3`

const MARK = `
  select concat_ws('|', (select count(*) from run), (select max(ended_at) from run), (select count(run_id) from reload_step),
    (select sum(hashtext(r::text)::bigint) from run r where ${IS_UNDER_WAY})) as mark`

/** The runs of all flows, newest first; those that are only planned where their state is asked for. */
export const RUN_LIST: ApiList<RunsQuestion, ListedRun> = {
  name: 'runs',
  question: runsQuestion,
  place: /^\d{1,15}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  async read(ctx, { changedSince, flow, state, ended }, after, limit) {
    const [at, id] = after?.split('_') ?? []
    const { rows } = await ctx.pool.query<ListedRun>(runsSql(ended), [
      at === undefined ? null : new Date(Number(at)),
      id,
      limit,
      changedSince,
      flow,
      statesOf(state),
      new Date(ctx.clock.now() + SECOND_MS),
      state === 'scheduled',
    ])
    return rows.map((item) => ({ place: `${item.scheduledFor}_${item.id}`, item }))
  },
  async mark(ctx) {
    return String((await ctx.pool.query<{ mark: string }>(MARK)).rows[0]?.mark)
  },
}
