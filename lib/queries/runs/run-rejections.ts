import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A row that was put aside, and why. The row itself stays in the database: it may hold personal data. */
export interface Rejection {
  task: string
  /** A person's is a pseudonym. */
  key: string
  reason: string
  at: Instant
}

export interface RejectionGroup {
  /** Names the group in an address. */
  id: string
  task: string
  reason: string
  count: number
}

export interface Rejections {
  total: number
  /** The most frequent reasons first. */
  groups: RejectionGroup[]
  groupsOmitted: number
  /** The group whose rows are shown; null: all rows. */
  group: RejectionGroup | null
  rows: Rejection[]
  /** From 1 on. */
  page: number
  pages: number
}

const GROUPS_SHOWN = 20
export const REJECTIONS_PAGE = 25

const GROUP_ID = `left(md5(task || chr(10) || reason), 12)`

const GROUPS = `
  select ${GROUP_ID} as id, task, reason, count(*)::int as count from run_rejection where run_id = $1
  group by task, reason order by count(*) desc, min(id)`

const ROWS = `
  select task, key, reason, ${instant('x.at')} as at from run_rejection x
  where run_id = $1 and ($2::text is null or ${GROUP_ID} = $2) order by x.id limit ${REJECTIONS_PAGE} offset $3`

/** What a run put aside; a group or page that is not there gives the nearest one that is. */
export async function getRunRejections(ctx: Context, runId: string, wanted: { group: string | null; page: number }): Promise<Rejections> {
  const { rows: groups } = await ctx.pool.query<RejectionGroup>(GROUPS, [runId])
  const total = groups.reduce((sum, group) => sum + group.count, 0)
  const group = groups.find(({ id }) => id === wanted.group) ?? null
  const pages = Math.max(1, Math.ceil((group?.count ?? total) / REJECTIONS_PAGE))
  const page = Math.min(Math.max(1, wanted.page), pages)
  const rows = total === 0 ? [] : (await ctx.pool.query<Rejection>(ROWS, [runId, group?.id ?? null, (page - 1) * REJECTIONS_PAGE])).rows
  return {
    total,
    groups: groups.slice(0, GROUPS_SHOWN),
    groupsOmitted: Math.max(0, groups.length - GROUPS_SHOWN),
    group,
    rows,
    page,
    pages,
  }
}
