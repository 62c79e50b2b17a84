import type { Context } from '#lib/db/context.ts'
import { isEnded, RUN_STATES, type RunState } from '#lib/domain/runs/run.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { RUN_COLUMNS, type RunRow } from './run-rows.ts'

export interface ListedRun extends RunRow {
  requestedBy: string | null
  /** Why, where it stands in an order of a feed that the reader sees; of several the first. */
  orderReason: string | null
  leaseUntil: Instant | null
}

/** A state, or everything that did not go well. */
export type RunFilterState = RunState | 'problems'
export const RUN_FILTER_STATES = ['problems', ...RUN_STATES] as const satisfies readonly RunFilterState[]

export interface RunFilter {
  flow: string | null
  state: RunFilterState | null
  /** Of the ended ones only those before this: the `next` of an earlier answer. */
  before: string | null
}

export interface RunList {
  now: Instant
  /** What runs or waits, the running ones first; only on the first page. */
  underWay: ListedRun[]
  /** Newest first. */
  ended: ListedRun[]
  /** Where the next page of ended ones begins; null on the last. */
  next: string | null
}

const RUNS_PAGE = 50
const UNDER_WAY_MAX = 100

const PROBLEMS: readonly RunState[] = ['partial', 'failed', 'timed-out', 'crashed']
const STATE_RANK = `array_position(array['running', 'crashed', 'overdue', 'scheduled'], r.state)`
const ORDER_REASON = `
  select o.reason from reload_order o where o.reason is not null and exists (select 1 from reload_step t where t.order_id = o.id and t.run_id = r.id)
  order by o.created_at, o.id limit 1`
const COLUMNS = `${RUN_COLUMNS}, r.requested_by as "requestedBy", (${ORDER_REASON}) as "orderReason", ${instant('r.lease_until')} as "leaseUntil"`

const UNDER_WAY = `
  select ${COLUMNS} from run r
  where r.state = any($1::text[]) and ($2::text is null or r.flow = $2) and (r.state <> 'scheduled' or r.attempt > 0 or r.scheduled_for <= $3 or $4)
  order by ${STATE_RANK}, r.scheduled_for, r.id limit ${UNDER_WAY_MAX}`

const ENDED = `
  select ${COLUMNS} from run r
  where r.state = any($1::text[]) and ($2::text is null or r.flow = $2)
    and ($3::timestamptz is null or (r.scheduled_for, r.id) < ($3::timestamptz, $4::uuid))
  order by r.scheduled_for desc, r.id desc limit $5`

/** Runs of all flows: what is under way, then what has ended, newest first. Planned ones only when asked for by their state. */
export async function getRunList(ctx: Context, filter: RunFilter, limit = RUNS_PAGE): Promise<RunList> {
  const now = ctx.clock.now()
  const wanted = statesOf(filter.state)
  const from = positionOf(filter.before)
  const [underWay, ended] = await Promise.all([
    from === null
      ? listRuns(ctx, UNDER_WAY, [
          wanted.filter((state) => !isEnded(state)),
          filter.flow,
          new Date(now + SECOND_MS),
          filter.state === 'scheduled',
        ])
      : [],
    listRuns(ctx, ENDED, [wanted.filter(isEnded), filter.flow, from?.at ?? null, from?.id ?? null, limit + 1]),
  ])
  const shown = ended.slice(0, limit)
  const last = ended.length > limit ? shown.at(-1) : undefined
  return { now, underWay, ended: shown, next: last === undefined ? null : `${last.scheduledFor}_${last.id}` }
}

async function listRuns(ctx: Context, text: string, values: unknown[]): Promise<ListedRun[]> {
  return (await ctx.pool.query<ListedRun>(text, values)).rows
}

function statesOf(state: RunFilterState | null): readonly RunState[] {
  if (state === null) return RUN_STATES
  return state === 'problems' ? PROBLEMS : [state]
}

const POSITION = /^(\d{1,15})_([0-9a-f-]{36})$/

/** True for text that can be the `next` of an answer. */
export function isRunPosition(text: string): boolean {
  return POSITION.test(text)
}

function positionOf(before: string | null): { at: Date; id: string } | null {
  const [, at, id] = before === null ? [] : (POSITION.exec(before) ?? [])
  return at === undefined || id === undefined ? null : { at: new Date(Number(at)), id }
}
