import type { Context } from '#lib/db/context.ts'
import { type ArrivedFiles, isBlind } from '#lib/domain/files/landed-share.ts'
import type { FlowTrigger } from '#lib/domain/runs/triggers.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { UnlandedFiles } from '#lib/domain/wording/inbox-words.ts'
import { silentSince, WORKER_LIVENESS_SQL, type WorkerLiveness } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** How the inbox of a flow fares. */
export interface InboxSummary {
  now: UnlandedFiles
  lastHour: ArrivedFiles
  lastDay: ArrivedFiles
  /** Why nobody would know of a new file, and since when (null: it was never otherwise); null: somebody would. */
  blind: { since: Instant | null; where: string | null; problem: string | null } | null
}

const counts = (since: string) => `
  jsonb_build_object('arrived', count(*) filter (where f.state <> 'gone' and f.arrived_at >= ${since}),
    'landed', count(*) filter (where f.state = 'landed' and f.arrived_at >= ${since}))`

/** The last day by its index; what waits, is taken or failed each by its own. */
const SUMMARY = `
  select (select ${counts('$2')} from inbox_file f where f.flow_key = $1 and f.arrived_at >= $2) as "lastHour",
    (select ${counts('$3')} from inbox_file f where f.flow_key = $1 and f.arrived_at >= $3) as "lastDay",
    jsonb_build_object(
      'waiting', (select count(*) from inbox_file where flow_key = $1 and state = 'arrived'),
      'taken', (select count(*) from inbox_file where flow_key = $1 and state = 'taken'),
      'failed', (select count(*) from inbox_file where flow_key = $1 and state = 'failed')) as now,
    coalesce((
      select jsonb_agg(jsonb_build_object('where', concat_ws('/', l.connection_key, nullif(l.place, '')), 'source', l.connection_key, 'way', l.way, 'place', l.place,
        'everyMs', l.every_ms, 'okAt', ${instant('l.ok_at')}, 'problem', l.problem) order by l.ok_at nulls first)
      from file_look l where l.connection_key = any($4::text[])), '[]') as looks,
    ${WORKER_LIVENESS_SQL}`

interface Look {
  where: string
  source: string
  way: string
  place: string
  everyMs: number
  okAt: Instant | null
  problem: string | null
}

interface Row extends WorkerLiveness, Omit<InboxSummary, 'blind'> {
  looks: Look[]
}

/** How the inbox of a flow fares; null for a flow that no files ask for. */
export async function getInboxSummary(ctx: Context, flow: string, on: readonly FlowTrigger[]): Promise<InboxSummary | null> {
  const files = on.filter((trigger) => trigger.kind === 'file')
  if (files.length === 0) return null
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Row>(SUMMARY, [
    flow,
    new Date(now - HOUR_MS),
    new Date(now - DAY_MS),
    files.map(({ source }) => source),
  ])
  const [row] = rows
  if (row === undefined) return null
  const { lastHour, lastDay } = row
  const own = row.looks.filter((look) => files.some((file) => isOf(look, file)))
  return { now: row.now, lastHour, lastDay, blind: blindness(own, row, now) }
}

function isOf({ source, way, place }: Look, file: Extract<FlowTrigger, { kind: 'file' }>): boolean {
  return source === file.source && way === file.by && (way === 'queue' || place === file.place)
}

function blindness(looks: readonly Look[], signs: WorkerLiveness, now: Instant): InboxSummary['blind'] {
  const silent = silentSince(signs, now)
  if (silent !== undefined) return { since: silent, where: null, problem: null }
  const look = looks.find((one) => isBlind(one, now))
  return look === undefined ? null : { since: look.okAt, where: look.where, problem: look.problem }
}
