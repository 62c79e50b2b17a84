import { loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { type JobElsewhere, loadJobsElsewhere } from '#lib/db/runs/jobs-elsewhere.ts'
import { loadRecords } from '#lib/db/runs/reload-scope.ts'
import type { Reason } from '#lib/domain/freshness/status.ts'
import { type PlanEnd, planEnd } from '#lib/domain/orders/plan-end.ts'
import type { ScopeStep } from '#lib/domain/orders/steps-to-reload.ts'
import { keepsFailing } from '#lib/domain/runs/failures-in-a-row.ts'
import { typicalDurationMs } from '#lib/domain/runs/hung-run.ts'
import type { WorkRecord } from '#lib/domain/runs/work-record.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { planOf } from './plan-of.ts'

/** What a reload of a feed would do, as whoever asks may see it. */
export interface ReloadPlan {
  /** `heldBy`: why it is not judged at the moment. What is ordered by hand runs all the same. */
  feed: { key: string; name: string; owner: string | null; isFresh: boolean; heldBy: Reason | null }
  steps: PlannedStep[]
  goodAgain: PlanEnd
  /** Feeds made from what it writes, and not written by it. */
  dependants: { key: string; name: string }[]
  /** What is wrong upstream, and is only watched here. */
  watched: { key: string; name: string; owner: string | null }[]
  /** Jobs that would have to run, and that somebody has to start in their own system. */
  elsewhere: JobElsewhere[]
  /** Something like that stands where it cannot be seen. */
  hasUnseenCause: boolean
}

export interface PlannedStep {
  position: number
  /** Null where it is a job; both are null: of a system that whoever asks may not see. */
  flow: string | null
  /** A job of another system that is started there, `<connection>/<job>`. */
  job: string | null
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  isOwn: boolean
  usualMs: number | null
  writes: { key: string; name: string }[]
}

const FEED = `
  select s.id, s.key, s.name, f.owner, coalesce(sp.status = 'fresh', false) as "isFresh",
    case when sp.status = 'maintenance' then sp.reason end as "heldBy"
  from subject s join feed f on f.subject_id = s.id left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = 'feed' and s.key = $1 and s.removed_at is null`

const WRITES = `
  select coalesce(a.flow, a.job) as by, a.flow is null as "isJob", s.key, s.name, a.subject_id as id
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  where a.flow = any($1::text[]) or a.flow is null and a.job = any($2::text[]) order by s.position, s.id`

/** SQL: the flows and jobs among these that are seen. */
const SEEN = `
  select name from flow where name = any($1::text[]) union select job from asset where job = any($2::text[])`

const DEPENDANTS = `
  with recursive down(id) as (
    select x.id from unnest($1::int[]) x(id) union select e.downstream_id from down join lineage_now e on e.upstream_id = down.id
  )
  select distinct fs.key, fs.name from down join asset a on a.subject_id = down.id join subject s on s.id = a.subject_id and s.removed_at is null
  join subject fs on fs.id = a.feed_id
  where fs.id <> $2 and fs.id not in (select w.feed_id from asset w where w.subject_id = any($1::int[])) order by fs.name`

const WATCHED = `
  select s.key, s.name, f.owner from asset a join subject s on s.id = a.subject_id join feed f on f.subject_id = a.feed_id
  where a.subject_id = any($1::int[]) order by s.name`

interface Written {
  by: string
  isJob: boolean
  key: string
  name: string
  id: number
}

/** Plans a reload and changes nothing; null for a feed that is not there, or not seen. The order of what runs goes by everything, also by what is not shown. */
export async function planReload(ctx: Context, key: string): Promise<ReloadPlan | null> {
  const feed = (await ctx.pool.query<ReloadPlan['feed'] & { id: number }>(FEED, [key])).rows[0]
  if (feed === undefined) return null
  const scope = await planOf(ctx.whole, feed.id)
  const namesOf = (kind: ScopeStep['kind']) => scope.steps.flatMap((step) => (step.kind === kind ? [step.name] : []))
  const named = [namesOf('flow'), namesOf('job')]
  const [records, writes, seen, watched, elsewhere, own] = await Promise.all([
    loadRecords(ctx.whole, scope.steps),
    ctx.pool.query<Written>(WRITES, named),
    ctx.pool.query<{ name: string }>(SEEN, named),
    ctx.pool.query<ReloadPlan['watched'][number]>(WATCHED, [scope.watchedIds]),
    loadJobsElsewhere(ctx.pool, scope.elsewhere),
    ctx.pool.query<{ id: number }>('select subject_id as id from asset where feed_id = $1', [feed.id]),
  ])
  const names = new Set(seen.rows.map(({ name }) => name))
  const connections = await loadConnectionNames(
    ctx.pool,
    records.flatMap(({ downConnections }) => downConnections),
  )
  const recordOf = (step: ScopeStep) => records.find(({ name }) => name === step.name)
  const written = [...writes.rows, ...own.rows].map(({ id }) => id)
  const dependants = await ctx.pool.query<{ key: string; name: string }>(DEPENDANTS, [written, feed.id])
  return {
    feed: { key: feed.key, name: feed.name, owner: feed.owner, isFresh: feed.isFresh, heldBy: feed.heldBy },
    steps: scope.steps.map((step, i) => ({
      ...{ position: i + 1, flow: nameIf(step, 'flow', names), job: nameIf(step, 'job', names), isOwn: step.isOwn },
      jobName: nameIf(step, 'job', names) === null ? null : (recordOf(step)?.called ?? null),
      usualMs: typicalDurationMs(recordOf(step)?.durationsMs ?? []),
      writes: writes.rows.filter((row) => isBy(row, step)).map(({ key, name }) => ({ key, name })),
    })),
    goodAgain: planEnd(
      records.map((record) => asSeen(record, names, connections)),
      ctx.clock.now(),
    ),
    dependants: dependants.rows,
    watched: watched.rows,
    elsewhere,
    hasUnseenCause: watched.rows.length < scope.watchedIds.length || elsewhere.length < scope.elsewhere.length,
  }
}

function nameIf({ kind, name }: ScopeStep, wanted: ScopeStep['kind'], names: ReadonlySet<string>): string | null {
  return kind === wanted && names.has(name) ? name : null
}

function isBy({ by, isJob }: Written, { kind, name }: ScopeStep): boolean {
  return by === name && isJob === (kind === 'job')
}

/** The same without names and words of what is not seen. */
function asSeen(record: WorkRecord, names: ReadonlySet<string>, connections: ReadonlyMap<string, string>): WorkRecord {
  const downConnections = record.downConnections.map((key) => connections.get(key) ?? UNSEEN)
  if (names.has(record.name)) return { ...record, downConnections }
  // That it failed in the same way counts, how it did does not show.
  const ends = keepsFailing(record.ends) ? record.ends.map(() => ({ state: 'failed' as const, problem: null })) : []
  return { ...record, name: UNSEEN, called: null, ends, downConnections }
}
