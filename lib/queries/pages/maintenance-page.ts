import type { Context } from '#lib/db/context.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { recurrenceInWords } from '#lib/domain/time/recurrence-in-words.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getSeries, type SeriesView } from '#lib/queries/shared/series.ts'

/** A pause or announced work, whenever it is or was. */
export interface WindowRow {
  id: number
  kind: 'maintenance' | 'paused'
  /** null = everything. */
  subject: { kind: 'group' | 'feed' | 'asset' | 'flow'; key: string; name: string } | null
  from: Instant
  until: Instant | null
  note: string | null
  by: string | null
  /** The rule it comes again by, in words. */
  repeats: string | null
}

/** Everything that is paused or announced, and the past of ninety days. */
export interface MaintenancePage {
  running: WindowRow[]
  /** Without what comes again: its next time stands with its rule. */
  planned: WindowRow[]
  series: SeriesView[]
  /** The newest first. */
  past: WindowRow[]
  /** What can be named, `feed:terms` with its name. */
  subjects: { text: string; name: string }[]
}

interface Row extends Omit<WindowRow, 'subject' | 'repeats'> {
  subjectKind: 'group' | 'feed' | 'asset' | 'flow' | null
  subjectKey: string
  subjectName: string
  rule: Recurrence | null
}

const PAST_MS = 90 * DAY_MS

const WINDOWS = `
  select w.id, w.kind, ${instant('w.from_at')} as "from", ${instant('w.to_at')} as until, w.note, w.announced_by as by, r.rule,
    case when w.flow is not null then 'flow' else s.kind end as "subjectKind",
    coalesce(w.flow, s.key) as "subjectKey", coalesce(w.flow, s.name) as "subjectName"
  from maintenance_window w left join subject s on s.id = w.subject_id left join maintenance_series r on r.id = w.series_id
  where (w.to_at is null or w.to_at > $1) and (w.series_id is null or w.from_at <= $2)
  order by w.from_at, w.id`

const SUBJECTS = `select kind || ':' || key as text, name from subject where kind in ('group', 'feed') and removed_at is null order by kind desc, position, id`

/** The page of all pauses and announced work. */
export async function getMaintenancePage(ctx: Context): Promise<MaintenancePage> {
  const now = ctx.clock.now()
  const [{ rows }, series, subjects] = await Promise.all([
    ctx.pool.query<Row>(WINDOWS, [new Date(now - PAST_MS), new Date(now)]),
    getSeries(ctx, 'all'),
    ctx.pool.query<{ text: string; name: string }>(SUBJECTS),
  ])
  const windows = rows.map(toWindow)
  const isPast = ({ until }: WindowRow) => until !== null && until <= now
  return {
    running: windows.filter((window) => window.from <= now && !isPast(window)),
    planned: windows.filter((window) => window.from > now),
    series,
    past: windows.filter(isPast).sort((a, b) => (b.until ?? 0) - (a.until ?? 0) || b.id - a.id),
    subjects: subjects.rows,
  }
}

function toWindow({ subjectKind, subjectKey, subjectName, rule, ...row }: Row): WindowRow {
  return {
    ...row,
    subject: subjectKind === null ? null : { kind: subjectKind, key: subjectKey, name: subjectName },
    repeats: rule === null ? null : recurrenceInWords(rule),
  }
}
