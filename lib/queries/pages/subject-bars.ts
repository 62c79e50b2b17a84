import type { Context } from '#lib/db/context.ts'
import { type Bars, getBars } from '#lib/queries/shared/bars.ts'
import { type DayRow, getDayRows } from '#lib/queries/shared/day-rows.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface SubjectName {
  kind: 'group' | 'feed' | 'asset'
  key: string
}

const IDS = `
  select s.id, x.kind, x.key from jsonb_to_recordset($1::jsonb) as x(kind text, key text)
  join subject s on s.removed_at is null and s.id = coalesce(
    (select id from subject n where n.kind = x.kind and n.key = x.key and n.removed_at is null),
    (select subject_id from former_key f where f.kind = x.kind and f.key = x.key))`

/** Bars by `kind:key` as asked for, a former key included; subjects that do not exist are left out. */
export async function getSubjectBars(ctx: Context, subjects: readonly SubjectName[]): Promise<Record<string, Bars>> {
  const page = await getPageSettings(ctx)
  if (page === null) return {}
  const { rows } = await ctx.pool.query<SubjectName & { id: number }>(IDS, [JSON.stringify(subjects)])
  const bars = await getBars(ctx, await getDayWindow(ctx, page), { ids: rows.map((row) => row.id) })
  const found: Record<string, Bars> = {}
  for (const row of rows) {
    const own = bars.get(row.id)
    if (own !== undefined) found[`${row.kind}:${row.key}`] = own
  }
  return found
}

/** The days of one subject in full, newest first; null when it does not exist. */
export async function getSubjectDays(ctx: Context, subject: SubjectName): Promise<DayRow[] | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const { rows } = await ctx.pool.query<{ id: number }>(IDS, [JSON.stringify([subject])])
  const row = rows[0]
  return row === undefined ? null : getDayRows(ctx, await getDayWindow(ctx, page), row.id)
}
