import { z } from 'zod'
import { type DeclaredFlowWords, declaredFlowInWords } from '#lib/catalogue/resolve/declared-flow-in-words.ts'
import { parameterNames } from '#lib/catalogue/resolve/flow-parameters.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { loadJobNames } from '#lib/db/runs/job-names.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import { type FlowHealth, flowHealth } from '#lib/domain/runs/flow-health.ts'
import { type RunHours, runHoursSchema } from '#lib/domain/runs/trigger-conditions.ts'
import { type FlowTrigger, flowTriggerSchema } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { WORK_AHEAD_MS } from '#lib/queries/shared/work.ts'
import { RUN_COLUMNS, type RunRow } from './run-rows.ts'

/** A flow with its whole configuration and how it fares: one card. */
export interface FlowCard {
  name: string
  why: string | null
  cron: string | null
  zone: string
  after: string[]
  /** What asks for a run beside the schedule; nothing where some of it is not seen. */
  on: FlowTrigger[]
  debounceMs: number
  when: RunHours | null
  nextRunAt: Instant | null
  timeoutMs: number | null
  rejectTolerance: number | null
  reads: string[]
  writes: string[]
  /** Which of them have a page. */
  watched: string[]
  connections: { key: string; name: string }[]
  /** Parameters the catalogue sets. */
  parameters: Record<string, unknown>
  /** The job of another system that its runs are, `<connection>/<job>`, and what that system calls it; null: they work here. */
  job: { key: string; name: string | null } | null
  /** What it does, when it is a flow without code. */
  declaredFlow: DeclaredFlowWords | null
  source: { file: string; line: number; yaml: string } | null
  /** Names of the parameters one run may be told. */
  takes: string[]
  /** The feeds it writes, in the order of the page. */
  feeds: { key: string; name: string }[]
  group: { key: string; name: string; position: number } | null
  /** The next moment one of its assets is expected; in the past when it is overdue. */
  dueAt: Instant | null
  /** It is paused itself, or will be: no run is planned. */
  rest: FlowPause | null
  /** What it writes is paused or under maintenance, or will be: it runs, and is not judged. */
  paused: FlowPause | null
  running: RunRow | null
  /** The latest run that ended, or should have begun; a dry run is none. */
  last: RunRow | null
  health: FlowHealth
  /** Files of its inbox that have failed, in whichever run. */
  failedFiles: number
}

/** A pause or announced work that a flow's card tells of. */
export interface FlowPause {
  kind: 'maintenance' | 'paused'
  since: Instant
  until: Instant | null
  note: string | null
  isAhead: boolean
}

interface Row {
  name: string
  cron: string | null
  zone: string
  after: string[]
  settings: unknown
  nextRunAt: Instant | null
  written: unknown
  feeds: { key: string; name: string; groupKey: string; groupName: string; groupPosition: number }[]
  dueAt: Instant | null
  rest: FlowCard['rest']
  paused: FlowCard['paused']
  running: RunRow | null
  last: RunRow | null
  failedFiles: number
}

const WRITTEN_FEEDS = `
  coalesce((
    select jsonb_agg(jsonb_build_object('key', key, 'name', name, 'groupKey', group_key, 'groupName', group_name, 'groupPosition', group_position)
      order by group_position, position)
    from (
      select distinct fs.key, fs.name, fs.position, g.key as group_key, g.name as group_name, g.position as group_position
      from asset a join subject s on s.id = a.subject_id and s.removed_at is null
      join feed fe on fe.subject_id = a.feed_id join subject fs on fs.id = fe.subject_id join subject g on g.id = fe.group_id
      where a.flow = f.name
    ) written
  ), '[]')`

const aPause = (which: string) => `
  (select jsonb_build_object('kind', w.kind, 'since', ${instant('w.from_at')}, 'until', ${instant('w.to_at')}, 'note', w.note,
     'isAhead', w.from_at > $1)
   from maintenance_window w
   where w.from_at < $3 and (w.to_at is null or w.to_at > $1) and ${which}
   order by w.from_at limit 1)`

const REST = aPause('w.flow = f.name')
const PAUSED = aPause(`w.flow is null and (w.subject_id is null or exists (
     select 1 from asset a join feed fe on fe.subject_id = a.feed_id
     where a.flow = f.name and w.subject_id in (a.subject_id, a.feed_id, fe.group_id)))`)

const aRun = (which: string) => `
  (select to_jsonb(latest) from (
     select ${RUN_COLUMNS} from run r where r.flow = f.name and ${which} order by r.scheduled_for desc, r.created_at desc limit 1
   ) latest)`

const ROWS = `
  select f.name, f.cron, f.zone, f.after, f.settings, ${instant('f.next_run_at')} as "nextRunAt",
    v.document -> 'flows' -> f.name as written, ${WRITTEN_FEEDS} as feeds, ${REST} as rest, ${PAUSED} as paused,
    (select min((a.verdict ->> 'dueAt')::float8) from asset a join subject s on s.id = a.subject_id and s.removed_at is null
      where a.flow = f.name and a.promised) as "dueAt",
    ${aRun("r.state = 'running'")} as running,
    ${aRun(`r.state not in ('scheduled', 'overdue', 'running') and not ${isDryRunSql('r')}`)} as last,
    (select count(*)::int from inbox_file where flow_key = f.name and state = 'failed') as "failedFiles"
  from flow f left join ${IN_FORCE} v on true
  where f.removed_at is null and ($2::text is null or f.name = $2) order by f.name`

const settingsSchema = z
  .object({
    why: z.string().nullable().catch(null),
    on: z.array(flowTriggerSchema).catch([]),
    debounceMs: z.number().catch(0),
    when: runHoursSchema.nullable().catch(null),
    timeoutMs: z.number().nullable().catch(null),
    rejectTolerance: z.number().nullable().catch(null),
    connections: z.record(z.string(), z.string()).catch({}),
    parameters: z.record(z.string(), z.unknown()).catch({}),
    reads: z.array(z.string()).catch([]),
    writes: z.array(z.string()).catch([]),
    runs: z.string().nullable().catch(null),
    source: z.object({ file: z.string(), line: z.number(), yaml: z.string() }).nullable().catch(null),
  })
  .catch({
    why: null,
    on: [],
    debounceMs: 0,
    when: null,
    timeoutMs: null,
    rejectTolerance: null,
    connections: {},
    parameters: {},
    reads: [],
    writes: [],
    runs: null,
    source: null,
  })

const connectionOf = (assetKey: string) => assetKey.split('/')[0] ?? assetKey

function toCard(
  { settings, written, feeds, ...row }: Row,
  schema: unknown,
): Omit<FlowCard, 'watched' | 'connections'> & { uses: string[] } {
  const { connections, runs, ...own } = settingsSchema.parse(settings)
  const used = [...Object.values(connections), ...own.reads.map(connectionOf), ...own.writes.map(connectionOf)]
  const [first] = feeds
  return {
    ...row,
    ...own,
    uses: [...new Set(used)],
    // Of rows that a job puts aside nobody is told.
    rejectTolerance: runs === null ? own.rejectTolerance : null,
    job: runs === null ? null : { key: runs, name: null },
    declaredFlow: declaredFlowInWords(written),
    takes: parameterNames(row.name, schema, written),
    feeds: feeds.map(({ key, name }) => ({ key, name })),
    group: first === undefined ? null : { key: first.groupKey, name: first.groupName, position: first.groupPosition },
    health: flowHealth({
      last: row.last?.state ?? null,
      isRunning: row.running !== null,
      isPaused: [row.rest, row.paused].some((pause) => pause !== null && !pause.isAhead),
    }),
  }
}

/** The card of every flow of the catalogue in force, by name; or only that of one. */
export async function getFlowCards(ctx: Context, name: string | null = null): Promise<FlowCard[]> {
  const now = ctx.clock.now()
  const [{ rows }, schema] = await Promise.all([
    ctx.pool.query<Row>(ROWS, [new Date(now), name, new Date(now + WORK_AHEAD_MS)]),
    ctx.pool.query<{ schema: unknown }>(`select schema from ${IN_FORCE} v`),
  ])
  const cards = rows.map((row) => toCard(row, schema.rows[0]?.schema))
  const [{ rows: assets }, called, jobs] = await Promise.all([
    ctx.pool.query<{ key: string }>("select key from subject where kind = 'asset' and removed_at is null and key = any($1)", [
      cards.flatMap(({ reads, writes }) => [...reads, ...writes]),
    ]),
    loadConnectionNames(
      ctx.pool,
      cards.flatMap(({ uses }) => uses),
    ),
    loadJobNames(
      ctx.pool,
      cards.flatMap(({ job }) => job?.key ?? []),
    ),
  ])
  const watched = new Set(assets.map(({ key }) => key))
  return cards.map(({ uses, ...card }) => ({
    ...card,
    job: card.job && { ...card.job, name: jobs.get(card.job.key) ?? null },
    connections: uses.map((key) => ({ key, name: called.get(key) ?? key })),
    watched: [...card.reads, ...card.writes].filter((key) => watched.has(key)),
  }))
}
