import { mayHaveFailedSinceSql } from '#lib/db/runs/failed-runs.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { weaknessInWords } from '#lib/domain/wording/words.ts'
import { type FeedRow, getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { ApiGoodAgain } from './again-answers.ts'
import { type ApiList, markOfSubjects, subjectsOf, toTime, toToldRun } from './list.ts'
import { type FeedsQuestion, feedsQuestion } from './questions.ts'
import type { ApiFeed, ApiRemoved } from './shapes.ts'

interface Row {
  id: number
  key: string
  removedAt: Instant | null
  why: string | null
  description: string | null
  group: string
  runbook: string | null
  promise: string | null
}

const CHANGED = `s.id in (select subject_id from status_change where recorded_at >= $3)
    or exists (select 1 from asset a left join sight seen on seen.asset_id = a.subject_id where a.feed_id = s.id and (a.problem is not null and seen.attempted_at >= $3
      or exists (select 1 from arrival x where x.asset_id = a.subject_id and x.recorded_at >= $3)
      or ${mayHaveFailedSinceSql('$3')}))`

const FEEDS = `
  select s.id, s.key, ${instant('s.removed_at')} as "removedAt", s.why, s.description, g.key as "group", f.runbook, f.settings->>'promise' as promise
  from subject s
  join feed f on f.subject_id = s.id
  join subject g on g.id = f.group_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where ${subjectsOf('feed', CHANGED)}
    and ($4::text is null or s.key = $4) and ($5::text is null or g.key = $5) and ($6::text is null or coalesce(sp.status, 'none') = $6)
  order by s.id limit $2`

/** The feeds of the catalogue, in the order in which they came. */
export const FEED_LIST: ApiList<FeedsQuestion, ApiFeed | ApiRemoved> = {
  name: 'feeds',
  question: feedsQuestion,
  place: /^\d{1,9}$/,
  async read(ctx, { changedSince, key, group, status }, after, limit, answer) {
    const { rows } = await ctx.pool.query<Row>(FEEDS, [Number(after ?? 0), limit, changedSince, key, group, status])
    const ids = rows.map(({ id }) => id)
    const lines = await getFeedRows(ctx, ids)
    const again = await answer.feeds(lines)
    const told = new Map(
      lines.map((line) => [line.id, { ...line, goodAgain: isUnhealthy(line.status) ? (again.get(line.id) ?? null) : null }]),
    )
    return rows.map((row) => ({ place: String(row.id), item: toItem(row, told.get(row.id), ctx.clock.now()) }))
  },
  async mark(ctx, _question, answer) {
    return JSON.stringify([await markOfSubjects(ctx), await answer.mark()])
  },
}

/** A feed without a line left the catalogue between the two looks. */
function toItem(row: Row, line: (FeedRow & { goodAgain: ApiGoodAgain }) | undefined, now: Instant): ApiFeed | ApiRemoved {
  const { key, why, description, group, runbook, promise } = row
  const removedAt = toTime(row.removedAt)
  if (removedAt !== null) return { key, removedAt }
  if (line === undefined) return { key, removedAt: new Date(now).toISOString() }
  return {
    key,
    name: line.name,
    why,
    description,
    group,
    owner: line.owner,
    runbook,
    promise,
    status: line.status,
    reason: line.reason,
    since: toTime(line.since),
    failedRun: toToldRun(line.failedRun),
    goodAgain: line.goodAgain,
    weakEvidence: line.weakBy === null ? null : weaknessInWords(line.weakBy),
    dataThroughAt: toTime(line.dataThroughAt),
    dataThroughIsDay: line.dataThroughIsDay,
    updatedAt: toTime(line.updatedAt),
    dueAt: toTime(line.dueAt),
  }
}
