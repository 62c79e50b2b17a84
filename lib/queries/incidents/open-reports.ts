import type { Context } from '#lib/db/context.ts'
import type { Report } from '#lib/db/messages/reports.ts'
import { may } from '#lib/domain/access/actions.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

export type OpenReport = Report

const SHOWN_MAX = 50

const OPEN = `
  select r.id, ${instant('r.at')} as at, r.text, r.reported_by as by, sa.name as asset
  from report r join subject s on s.id = r.feed_id left join subject sa on sa.id = r.asset_id
  where s.kind = 'feed' and s.key = $1 and r.settled_at is null order by r.at desc, r.id desc limit ${SHOWN_MAX}`

/** What readers reported of a feed and nobody has settled, the newest first; for those who may settle it, nothing for others. */
export async function getOpenReports(ctx: Context, feed: string): Promise<OpenReport[]> {
  if (!may(ctx.actor, 'report.settle')) return []
  return (await ctx.pool.query<OpenReport>(OPEN, [feed])).rows
}
