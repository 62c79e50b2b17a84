import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { WEEKDAY_FIELDS } from '#lib/domain/freshness/announced-work.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { localDay, timeOfDay } from '#lib/domain/time/local-day.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/** What a form of announced work is about: something new about a subject, a window, or what comes again. */
export type MaintenanceAsked =
  | { kind: 'subject'; subject: { kind: 'group' | 'feed' | 'asset'; key: string } | null }
  | { kind: 'window'; id: number }
  | { kind: 'series'; id: number }

/** The page around a form of announced work, with what its fields begin with. */
export interface MaintenanceForm {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  /** null = everything. */
  subject: { kind: 'group' | 'feed' | 'asset'; key: string; name: string } | null
  hasBegun: boolean
  draft: Record<string, string>
}

interface Row {
  kind: 'group' | 'feed' | 'asset' | null
  key: string
  name: string
  from?: Instant
  until?: Instant | null
  note?: string | null
  rule?: Recurrence
}

const SUBJECT = `select s.kind, s.key, s.name from subject s where s.kind = $1 and s.key = $2 and s.removed_at is null`
const WINDOW = `
  select s.kind, s.key, s.name, ${instant('w.from_at')} as "from", ${instant('w.to_at')} as until, w.note
  from maintenance_window w left join subject s on s.id = w.subject_id
  where w.id = $1 and w.flow is null and (w.to_at is null or w.to_at > $2)`
const SERIES = `
  select s.kind, s.key, s.name, r.rule, r.note from maintenance_series r left join subject s on s.id = r.subject_id
  where r.id = $1 and r.ended_at is null`

/** The form; null when there is nothing of the kind that could still be changed. */
export async function getMaintenanceForm(ctx: Context, asked: MaintenanceAsked): Promise<MaintenanceForm | null> {
  const now = ctx.clock.now()
  const [page, row] = await Promise.all([getPageSettings(ctx), find(ctx, asked, now)])
  if (page === null || row === undefined) return null
  return {
    page,
    now,
    banners: await getBanners(ctx, page.demo),
    subject: row.kind === null ? null : { kind: row.kind, key: row.key, name: row.name },
    hasBegun: row.from !== undefined && row.from <= now,
    draft: row.rule === undefined ? windowDraft(row, page.zone) : ruleDraft(row.rule, row.note ?? ''),
  }
}

async function find(ctx: Context, asked: MaintenanceAsked, now: Instant): Promise<Row | undefined> {
  if (asked.kind === 'window') return (await ctx.pool.query<Row>(WINDOW, [asked.id, new Date(now)])).rows[0]
  if (asked.kind === 'series') return (await ctx.pool.query<Row>(SERIES, [asked.id])).rows[0]
  if (asked.subject === null) return { kind: null, key: '', name: '' }
  return (await ctx.pool.query<Row>(SUBJECT, [asked.subject.kind, asked.subject.key])).rows[0]
}

function windowDraft({ from, until, note }: Row, zone: string): Record<string, string> {
  if (from === undefined) return {}
  const written = (at: Instant) => `${localDay(at, zone)}T${timeOfDay(at, zone)}`
  return { from: written(from), to: until === null || until === undefined ? '' : written(until), note: note ?? '' }
}

function ruleDraft({ days, from, to, firstDay, lastDay }: Recurrence, note: string): Record<string, string> {
  const weekdays = days.every === 'week' ? days.weekdays.map((day) => [WEEKDAY_FIELDS[day - 1] ?? '', 'on']) : []
  return {
    ...Object.fromEntries(weekdays),
    ...(days.every === 'month' && { monthDay: String(days.monthDay) }),
    days: days.every,
    interval: String(days.interval),
    begins: from,
    ends: to,
    first: firstDay,
    last: lastDay ?? '',
    note,
  }
}
