import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import { severity } from '#lib/domain/freshness/status.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { recurrenceInWords } from '#lib/domain/time/recurrence-in-words.ts'
import { instant } from './instant-column.ts'

/** What a window keeps from showing: what it would be without it. */
export interface Hidden {
  key: string
  name: string
  status: 'late' | 'stale'
  since: Instant
}

/** A pause or announced work that has not ended, with its note and what it hides. */
export interface WorkView {
  id: number
  kind: 'maintenance' | 'paused'
  /** null = everything. */
  subject: { kind: 'group' | 'feed' | 'asset' | 'flow'; key: string; name: string } | null
  from: Instant
  /** null = until somebody ends it. */
  until: Instant | null
  note: string | null
  /** Who paused or announced it; null also for those who may not know. */
  by: string | null
  /** The rule it comes again by, in words; null: it is the only one. */
  repeats: string | null
  isAhead: boolean
  /** The feeds it is about; of a flow those that it writes. */
  feedIds: number[]
  /** Only some of the assets of its feed. */
  isPart: boolean
  /** Feeds that would be late or stale without it, the worst first. */
  hides: Hidden[]
}

interface Row extends Omit<WorkView, 'hides' | 'isAhead' | 'subject' | 'repeats'> {
  rule: Recurrence | null
  subjectId: number | null
  subjectKind: 'group' | 'feed' | 'asset' | 'flow' | null
  subjectKey: string
  subjectName: string
}

/** Work further ahead is not shown yet. */
export const WORK_AHEAD_MS = 14 * DAY_MS

const WINDOWS = `
  select w.id, w.kind, s.id as "subjectId", ${instant('w.from_at')} as "from", ${instant('w.to_at')} as until, w.note, w.announced_by as by, r.rule,
    case when w.flow is not null then 'flow' else s.kind end as "subjectKind",
    coalesce(w.flow, s.key) as "subjectKey", coalesce(w.flow, s.name) as "subjectName", coalesce(s.kind = 'asset', false) as "isPart",
    array(
      select distinct f.subject_id from feed f join subject fs on fs.id = f.subject_id and fs.removed_at is null
      left join asset a on a.feed_id = f.subject_id and exists (select 1 from subject x where x.id = a.subject_id and x.removed_at is null)
      where case when w.flow is not null then a.flow = w.flow when s.id is null then true else s.id in (f.subject_id, f.group_id, a.subject_id) end
    ) as "feedIds"
  from maintenance_window w
  left join subject s on s.id = w.subject_id
  left join flow fl on fl.name = w.flow
  left join maintenance_series r on r.id = w.series_id
  where (w.to_at is null or w.to_at > $1) and (w.from_at < $2 or (s.kind = $3 and s.key = $4)) and s.removed_at is null and fl.removed_at is null
    and (w.series_id is null or w.from_at <= $1
      or w.from_at = (select min(n.from_at) from maintenance_window n where n.series_id = w.series_id and n.from_at > $1))
  order by w.from_at, w.id`

const HIDDEN = `
  select a.subject_id as id, a.feed_id as "feedId", fs.key, fs.name,
    case when (a.verdict->>'staleAt')::float8 <= $1 then 'stale' else 'late' end as status,
    case when (a.verdict->>'staleAt')::float8 <= $1 then (a.verdict->>'staleAt')::float8 else (a.verdict->>'lateAt')::float8 end as since
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  join status_span sp on sp.subject_id = a.subject_id and sp.to_at is null and sp.status = 'maintenance'
  where least((a.verdict->>'lateAt')::float8, (a.verdict->>'staleAt')::float8) <= $1 and a.promised`

type HiddenRow = Hidden & { id: number; feedId: number }

/**
 * Every pause and announced work that has not ended, what has begun first; of what comes again the one going on and the next. Asks for what
 * it hides only when there is any. On the page of `own` its own work is shown however far ahead, and who may order is told by whom.
 */
export async function getWork(ctx: Context, own?: { kind: 'group' | 'feed' | 'asset'; key: string }): Promise<WorkView[]> {
  const now = ctx.clock.now()
  const ahead = new Date(now + WORK_AHEAD_MS)
  const { rows } = await ctx.pool.query<Row>(WINDOWS, [new Date(now), ahead, own?.kind ?? null, own?.key ?? null])
  if (rows.length === 0) return []
  const hidden = rows.some((row) => row.subjectKind !== 'flow' && row.from <= now)
    ? (await ctx.pool.query<HiddenRow>(HIDDEN, [now])).rows
    : []
  const tellsWho = own !== undefined && mayOrder(ctx.actor)
  return rows.map((row) => toView(tellsWho ? row : { ...row, by: null }, hidden, now))
}

function toView(
  { subjectId, subjectKind, subjectKey, subjectName, rule, ...row }: Row,
  hidden: readonly HiddenRow[],
  now: Instant,
): WorkView {
  const isAhead = row.from > now
  const behind = hidden.filter(({ id, feedId }) => (row.isPart ? id === subjectId : row.feedIds.includes(feedId)))
  return {
    ...row,
    subject: subjectKind === null ? null : { kind: subjectKind, key: subjectKey, name: subjectName },
    repeats: rule === null ? null : recurrenceInWords(rule),
    isAhead,
    hides: subjectKind === 'flow' || isAhead ? [] : worstOfFeeds(behind),
  }
}

/** Of each feed what is worst behind it. */
function worstOfFeeds(hidden: readonly HiddenRow[]): Hidden[] {
  const sorted = hidden.toSorted((a, b) => severity(a.status) - severity(b.status) || a.since - b.since)
  const feeds = new Map<string, Hidden>()
  for (const { key, name, status, since } of sorted) if (!feeds.has(key)) feeds.set(key, { key, name, status, since })
  return [...feeds.values()]
}

/** The work that belongs on the page of these feeds. */
export function workOnFeeds(work: readonly WorkView[], feedIds: readonly number[]): WorkView[] {
  return work.filter(({ subject, feedIds: about }) => subject === null || about.some((id) => feedIds.includes(id)))
}

/** The work that belongs on the page of one asset: its own, that of what it belongs to, and that of the flow that writes it. */
export function workOnAsset(work: readonly WorkView[], asset: { key: string; flow: string | null; feedId: number }): WorkView[] {
  return workOnFeeds(work, [asset.feedId]).filter(({ subject }) => {
    if (subject?.kind === 'asset') return subject.key === asset.key
    return subject?.kind !== 'flow' || subject.key === asset.flow
  })
}
