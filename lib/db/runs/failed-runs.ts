import { failuresInARow, isNightly, type PastEnd } from '#lib/domain/runs/failures-in-a-row.ts'
import { ownWords } from '#lib/domain/runs/own-words.ts'
import { isFailure, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Failure, failureInWords } from '#lib/domain/wording/failure-words.ts'
import { isOfJobSql, stateForSql } from './external-runs.ts'
import { isDryRunSql } from './runs.ts'

/** SQL: the states of a run that has ended, whatever came of it. */
export const ENDED = `'completed', 'partial', 'failed', 'timed-out', 'cancelled', 'crashed'`

/** The run because of which a promise is broken. */
export interface FailedRun extends Failure {
  id: string
  state: RunState
  /** Why it failed and how often that was so, in sentences. */
  words: string
}

/** What `lastEndsSql` reads: the last runs of what writes an asset, the newest first. */
export interface LastEnds {
  zone: string
  ends: (PastEnd & { id: string; at: Instant; says: string | null })[] | null
}

/** So far back is counted how often something failed in the same way. */
const ENDS_COUNTED = 31
/** Of all but the newest as much as tells whether it is the same. */
const COMPARED_LENGTH = 200

/** SQL: what is read of a run that ended, and `order`, the newest first. */
interface EndSql {
  problem: string
  says: string
  failure: string
  place: string
  at: string
  order: string
}

const ends = (run: string, { problem, says, failure, place, at, order }: EndSql) => `
  select x.id::text as id, x.state, (extract(epoch from x.${at}) * 1000)::float8 as at, left(x.${problem}, ${COMPARED_LENGTH}) as problem,
    case when row_number() over newest = 1 then ${says} end as says, ${failure} as failure, ${place} as place, row_number() over newest as nth
  from (${run} limit ${ENDS_COUNTED}) x window newest as (order by ${order})`

const PLACE = `case when x.failure is not null then
  (select t.name from run_task t where t.run_id = x.id and t.attempt = x.attempt and t.state = 'failed' order by t.ended_at, t.id limit 1) end`

/** SQL: what a run `x` of a flow says, as a channel is told it of the asset whose subject is `s`. */
export const TOLD_BY_RUN = 'told_people(x.problem, array[s.group_id])'

/**
 * SQL: how the last runs ended of the flow or job that writes the asset `a`, whose subject is `s`, as JSON for `toFailedRun`; of those that had ended by `until`. What the
 * newest `says` is its problem, where nothing else is asked for.
 */
export function lastEndsSql(until: string | null = null, says = 'x.problem'): string {
  const by = (end: string) => (until === null ? '' : `and ${end} <= ${until}`)
  const ours = `
    select * from run r where r.flow = a.flow and r.state in (${ENDED}) and not ${isDryRunSql('r')} ${by('coalesce(r.ended_at, r.lease_until)')}
    order by r.scheduled_for desc, r.created_at desc`
  const theirs = `
    select r.id, ${stateForSql('r', 'a', 's')} as state, r.placed_at, r.error from external_run r
    where a.flow is null and ${isOfJobSql('r', 'a.job')} and r.state in (${ENDED}) ${by('r.ended_at')} and ${stateForSql('r', 'a', 's')} is not null
    order by r.placed_at desc, r.id desc`
  return `(
    select jsonb_build_object(
      'zone', coalesce((select w.zone from flow w where w.name = a.flow), (select p.value->>'zone' from setting p where p.key = 'page'), 'UTC'),
      'ends', jsonb_agg(to_jsonb(e) order by e.nth))
    from (
      ${ends(ours, { problem: 'problem', says, failure: 'x.failure', place: PLACE, at: 'scheduled_for', order: 'x.scheduled_for desc, x.created_at desc' })}
      union all
      ${ends(theirs, { problem: 'error', says: 'x.error', failure: 'null', place: 'null', at: 'placed_at', order: 'x.placed_at desc, x.id desc' })}
    ) e)`
}

/**
 * SQL: the same of a change `c` of a feed, as it was known when that was written down: of the promised asset that had been so longest. Only where a run that failed is
 * its reason.
 */
export function endsOfChange(change: string, says?: string): string {
  return `(
    select ${lastEndsSql(`${change}.recorded_at`, says)} from (
      select x.* from asset x join subject xs on xs.id = x.subject_id and xs.removed_at is null join status_span sp on sp.subject_id = x.subject_id
      where ${change}.reason = 'run-failed' and x.feed_id = ${change}.subject_id and x.promised and sp.reason = 'run-failed'
        and sp.status = ${change}.to_status and sp.from_at <= ${change}.at and coalesce(sp.to_at, 'infinity') > ${change}.at
      order by sp.from_at, xs.position, xs.id limit 1
    ) a join subject s on s.id = a.subject_id)`
}

/** SQL: whether what is told of the failed run of the asset `a`, the reason of the span `sp`, may be another since an instant. When a crash was noticed is not kept. */
export function mayHaveFailedSinceSql(since: string): string {
  return `(sp.reason = 'run-failed' and (
    exists (select from run r where r.flow = a.flow and r.ended_at >= ${since}) or exists (select from run r where r.flow = a.flow and r.state = 'crashed')
    or exists (select from external_run r where ${isOfJobSql('r', 'a.job')} and r.told_at >= ${since})))`
}

/** SQL: another value when what is told of the failed runs because of which promises are broken may be another. */
export const FAILED_RUNS_MARK = `(
  select sum(hashtext(concat_ws('|', ours.id, crashed.tries, theirs.id, theirs.told_at))::bigint)
  from (
    select distinct a.flow, a.job from status_span sp join asset a on a.subject_id = sp.subject_id where sp.to_at is null and sp.reason = 'run-failed'
  ) w
  left join lateral (select r.id from run r where r.flow = w.flow and r.ended_at is not null order by r.ended_at desc limit 1) ours on true
  left join lateral (
    select string_agg(concat_ws('/', r.id, r.attempt), ' ' order by r.id) as tries from run r where r.flow = w.flow and r.state = 'crashed'
  ) crashed on true
  left join lateral (
    select r.id, r.told_at from external_run r where ${isOfJobSql('r', 'w.job')} and r.ended_at is not null order by r.ended_at desc limit 1
  ) theirs on true)`

/** The last run in its own words; null where it did not fail. */
export function toFailedRun(last: LastEnds | null): FailedRun | null {
  const all = last?.ends ?? []
  const [newest] = all
  if (newest === undefined || last === null || !isFailure(newest.state)) return null
  const inARow = failuresInARow(all)
  const isMore = inARow >= ENDS_COUNTED
  const counted = isMore ? inARow - 1 : inARow
  const times = all.slice(0, counted).map(({ at }) => at)
  const failure = { says: ownWords(newest.says), inARow: counted, isMore, isNightly: isNightly(times, last.zone) }
  return { id: newest.id, state: newest.state, ...failure, words: failureInWords(failure) }
}
