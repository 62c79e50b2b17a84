import { loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { loadRecords } from '#lib/db/runs/reload-scope.ts'
import { isDryRunSql, isReplaySql } from '#lib/db/runs/runs.ts'
import type { RunUnderWay, Writer } from '#lib/domain/lineage/again/writer.ts'
import { hungAfterMs, typicalDurationMs } from '#lib/domain/runs/hung-run.ts'
import { livenessOf } from '#lib/domain/runs/liveness.ts'
import { DEFAULT_TIMEOUT_MS, type RunState } from '#lib/domain/runs/run.ts'
import type { WorkRecord } from '#lib/domain/runs/work-record.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { SIGNS_COLUMNS } from './run-rows.ts'

interface Running {
  state: RunState
  isReplay: boolean
  cancelAt: Instant | null
  startedAt: Instant
  scheduledFor: Instant
  etaAt: Instant | null
  /** Until then it waits to try again. */
  waitsUntil: Instant | null
  leaseUntil: Instant | null
  reportedAt: Instant | null
}

interface Planned extends Omit<Writer, keyof WorkRecord | 'key' | 'schedule' | 'running' | 'isAfterUnseen'> {
  name: string
  cron: string | null
  zone: string
  timeoutMs: number
  running: Running | null
}

const WAITS = `r.state in ('scheduled', 'overdue') and r.cancel_at is null and not ${isDryRunSql('r')} and not ${isReplaySql('r')}`

/** `$1` names flows, `$2` is now: they, and all that they come after. */
const FLOWS = `
  with recursive asked(name) as (
    select name from flow where name = any($1::text[]) and removed_at is null
    union
    select f.name from asked join flow a on a.name = asked.name join flow f on f.name = any(a.after) and f.removed_at is null
  )
  select f.name, f.cron, f.zone, array(select 'flow:' || x from unnest(f.after) x) as after,
    coalesce((f.settings->>'timeoutMs')::float8, ${DEFAULT_TIMEOUT_MS}) as "timeoutMs",
    (select ${instant('max(r.scheduled_for)')} from run r where r.flow = f.name and r.trigger = 'schedule' and r.scheduled_for <= $2 and ${WAITS}) as "dueAt",
    array(select ${instant('r.scheduled_for')} from run r where r.flow = f.name and r.trigger <> 'schedule' and ${WAITS}) as announced,
    (select ${instant('max(r.scheduled_for)')} from run r where r.flow = f.name and r.scheduled_for <= $2 and not ${isDryRunSql('r')}) as "lastFor",
    (select ${instant('max(r.scheduled_for)')} from run r
     where r.flow = f.name and r.scheduled_for <= $2 and r.state in ('completed', 'partial') and not ${isDryRunSql('r')}) as "lastGoodFor",
    (select case when bool_or(w.to_at is null) then ${END_OF_TIME} else ${instant('max(w.to_at)')} end from maintenance_window w
     where w.flow = f.name and w.from_at <= $2 and (w.to_at is null or w.to_at > $2)) as "pausedUntil",
    (select to_jsonb(x) from (
       select r.state, ${isReplaySql('r')} as "isReplay", ${instant('r.cancel_at')} as "cancelAt", ${instant('coalesce(r.started_at, r.scheduled_for)')} as "startedAt", ${instant('r.scheduled_for')} as "scheduledFor",
         ${instant('r.eta_at')} as "etaAt", ${SIGNS_COLUMNS},
         (select max((w->>'until')::float8) from run_task t cross join lateral jsonb_array_elements(coalesce(t.detail->'waits', '[]')) w
          where t.run_id = r.id and t.state = 'running') as "waitsUntil"
       from run r where r.flow = f.name and r.state in ('running', 'crashed') and not ${isDryRunSql('r')} order by r.started_at limit 1
     ) x) as running
  from asked join flow f on f.name = asked.name`

const JOBS = `
  select j.name, null as cron, 'UTC' as zone, array[]::text[] as after, 0 as "timeoutMs", null::float8 as "dueAt",
    array(select ${instant('r.placed_at')} from external_run r where ${isOfJobSql('r', 'j.name')} and r.ended_at is null and r.state in ('scheduled', 'overdue'))
      as announced,
    null::float8 as "lastFor", null::float8 as "lastGoodFor", null::float8 as "pausedUntil",
    (select to_jsonb(x) from (
       select r.state, false as "isReplay", null::float8 as "cancelAt", ${instant('coalesce(r.started_at, r.placed_at)')} as "startedAt", ${instant('r.placed_at')} as "scheduledFor",
         null::float8 as "etaAt", null::float8 as "leaseUntil", null::float8 as "reportedAt", null::float8 as "waitsUntil"
       from external_run r where ${isOfJobSql('r', 'j.name')} and r.ended_at is null and r.state = 'running' order by r.placed_at limit 1
     ) x) as running
  from unnest($1::text[]) as j(name) where exists (select from asset a where a.job = j.name)`

const AFTER_UNSEEN = 'select tidemark_audience.flows_after_unseen() as name'

/** These flows, all that they come after, and these jobs, with all that tells when they run next, as far as they are seen. */
export async function getWriters(ctx: Context, flows: readonly string[], jobs: readonly string[]): Promise<Writer[]> {
  const now = ctx.clock.now()
  const [ours, theirs, afterUnseen] = await Promise.all([
    flows.length === 0 ? [] : ctx.pool.query<Planned>(FLOWS, [flows, new Date(now)]).then(({ rows }) => rows),
    jobs.length === 0 ? [] : ctx.pool.query<Planned>(JOBS, [jobs]).then(({ rows }) => rows),
    ctx.actor.audience === null || flows.length === 0 ? [] : ctx.pool.query<{ name: string }>(AFTER_UNSEEN).then(({ rows }) => rows),
  ])
  const [own, foreign] = await Promise.all([
    loadRecords(
      ctx.pool,
      ours.map(({ name }) => ({ kind: 'flow', name })),
    ),
    loadRecords(
      ctx.pool,
      theirs.map(({ name }) => ({ kind: 'job', name })),
    ),
  ])
  const called = await loadConnectionNames(
    ctx.pool,
    [...own, ...foreign].flatMap(({ downConnections }) => downConnections),
  )
  const byName = (record: WorkRecord) => ({ ...record, downConnections: record.downConnections.map((key) => called.get(key) ?? key) })
  const gated = new Set(afterUnseen.map(({ name }) => name))
  return [
    ...toWriters(ours, own.map(byName), { kind: 'flow', gated, now }),
    ...toWriters(theirs, foreign.map(byName), { kind: 'job', gated: new Set(), now }),
  ]
}

function toWriters(planned: readonly Planned[], records: readonly WorkRecord[], known: Omit<Known, 'record'>): Writer[] {
  const byName = new Map(records.map((record) => [record.name, record]))
  return planned.flatMap((one) => {
    const record = byName.get(one.name)
    return record === undefined ? [] : [toWriter(one, { record, ...known })]
  })
}

interface Known {
  record: WorkRecord
  kind: 'flow' | 'job'
  gated: ReadonlySet<string>
  now: Instant
}

function toWriter({ cron, zone, timeoutMs, running, ...planned }: Planned, { record, kind, gated, now }: Known): Writer {
  return {
    ...planned,
    ...record,
    key: `${kind}:${record.name}`,
    schedule: cron === null ? null : { cron, zone, calendar: null },
    isAfterUnseen: gated.has(record.name),
    patienceMs: timeoutMs,
    running: running === null ? null : toRunning(running, { typicalMs: typicalDurationMs(record.durationsMs), timeoutMs, kind, now }),
  }
}

interface Measure extends Pick<Known, 'kind' | 'now'> {
  typicalMs: number | null
  timeoutMs: number
}

/** Nobody tells how long a run of another system may take: while nothing is known it is measured as one of ours that sets no limit. */
function toRunning(running: Running, { typicalMs, timeoutMs, kind, now }: Measure): RunUnderWay {
  const { state, startedAt, scheduledFor, etaAt, waitsUntil, isReplay, cancelAt } = running
  const limitMs = kind === 'flow' ? timeoutMs : typicalMs === null ? DEFAULT_TIMEOUT_MS : Number.POSITIVE_INFINITY
  const isHung = now >= startedAt + hungAfterMs(typicalMs, limitMs)
  const isSilent = kind === 'flow' && livenessOf(running, now)?.isSilent === true
  const usualEnd = typicalMs === null ? null : startedAt + typicalMs
  const endsAt = waitsUntil === null || waitsUntil <= now ? etaAt : Math.max(waitsUntil, etaAt ?? usualEnd ?? waitsUntil)
  const isStuck = state === 'crashed' || isSilent || isHung
  if (cancelAt !== null) return { startedAt, scheduledFor, endsAt: now, isTry: false, isStuck }
  return { startedAt, scheduledFor, endsAt, isTry: !isReplay, isStuck }
}
