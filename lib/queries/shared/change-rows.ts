import type { Context } from '#lib/db/context.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

export interface ChangeRow {
  id: string
  at: Instant
  from: Status | null
  to: Status | null
  reason: Reason | null
  explanation: string | null
  /** It restates the past: later evidence said otherwise. */
  rewrite: boolean
}

const SHOWN = 20

/** The latest changes of a subject, newest first. */
export async function getChangeRows(ctx: Context, subjectId: number): Promise<ChangeRow[]> {
  const { rows } = await ctx.pool.query<ChangeRow>(
    `select id::text, ${instant('c.at')} as at, from_status as "from", to_status as "to", reason, explanation, rewrite
     from status_change c where c.subject_id = $1 order by c.at desc, c.id desc limit ${SHOWN}`,
    [subjectId],
  )
  return rows
}
