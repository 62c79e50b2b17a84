import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { type ApiList, subjectsOf, toTime } from './list.ts'
import { type GroupsQuestion, groupsQuestion } from './questions.ts'
import type { ApiGroup, ApiRemoved } from './shapes.ts'

interface Row {
  id: number
  key: string
  name: string
  removedAt: Instant | null
  why: string | null
  description: string | null
  status: Status | null
  since: Instant | null
  feeds: (Status | null)[]
}

/** A group changes with the statuses of its feeds, which it counts. */
const CHANGED = `exists (
    select 1 from status_change c where c.recorded_at >= $3 and (c.subject_id = s.id or c.subject_id in (select subject_id from feed where group_id = s.id)))`

const GROUPS = `
  select s.id, s.key, s.name, ${instant('s.removed_at')} as "removedAt", s.why, s.description, sp.status, ${instant('sp.from_at')} as since,
    array(
      select fsp.status from feed f join subject fs on fs.id = f.subject_id and fs.removed_at is null
      left join status_span fsp on fsp.subject_id = fs.id and fsp.to_at is null where f.group_id = s.id) as feeds
  from subject s
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where ${subjectsOf('group', CHANGED)}
    and ($4::text is null or s.key = $4)
  order by s.id limit $2`

/** The service groups of the catalogue, in the order in which they came. */
export const GROUP_LIST: ApiList<GroupsQuestion, ApiGroup | ApiRemoved> = {
  name: 'groups',
  question: groupsQuestion,
  place: /^\d{1,9}$/,
  async read(ctx, { changedSince, key }, after, limit) {
    const { rows } = await ctx.pool.query<Row>(GROUPS, [Number(after ?? 0), limit, changedSince, key])
    return rows.map((row) => ({ place: String(row.id), item: toItem(row) }))
  },
}

function toItem({ key, name, why, description, status, since, feeds, ...row }: Row): ApiGroup | ApiRemoved {
  const removedAt = toTime(row.removedAt)
  if (removedAt !== null) return { key, removedAt }
  return { key, name, why, description, status, since: toTime(since), counts: countStatuses(feeds) }
}
