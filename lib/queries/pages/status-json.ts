import { createHash } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { weaknessInWords } from '#lib/domain/wording/words.ts'
import { tellGoodAgain } from '#lib/queries/api/again-answers.ts'
import { toComing } from '#lib/queries/api/contract-answers.ts'
import { toOverdueKey } from '#lib/queries/api/key-answers.ts'
import { toToldRun } from '#lib/queries/api/list.ts'
import { getComingVersions } from '#lib/queries/catalogue/coming-versions.ts'
import { getOverdueKeys } from '#lib/queries/catalogue/overdue-keys.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { getGoodAgainOfFeeds } from '#lib/queries/shared/good-again.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { getWork, type WorkView } from '#lib/queries/shared/work.ts'

interface GroupRow {
  id: number
  key: string
  name: string
  status: string | null
}

/** The whole page as JSON for machines, with its ETag; null as long as there is no catalogue. */
export async function getStatusJson(ctx: Context): Promise<{ json: string; etag: string } | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [groups, feeds, work, again, overdue, coming] = await Promise.all([
    ctx.pool.query<GroupRow>(
      `select s.id, s.key, s.name, sp.status from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
       where s.kind = 'group' and s.removed_at is null order by s.position, s.id`,
    ),
    getFeedRows(ctx),
    getWork(ctx),
    getGoodAgainOfFeeds(ctx).then((found) => tellGoodAgain(ctx, found)),
    getOverdueKeys(ctx),
    getComingVersions(ctx),
  ])
  const keyOf = new Map(groups.rows.map((group) => [group.id, group.key]))
  const json = JSON.stringify({
    page: { name: page.name, zone: page.zone, readyBy: page.readyBy, url: page.url },
    counts: countStatuses(feeds.map((feed) => feed.status)),
    groups: groups.rows.map((group) => ({
      key: group.key,
      name: group.name,
      status: group.status,
      counts: countStatuses(feeds.filter((feed) => feed.groupId === group.id).map((feed) => feed.status)),
    })),
    work: work.map(toJson),
    coming: coming.map(toComing),
    feeds: feeds.map((feed) => ({
      key: feed.key,
      name: feed.name,
      group: keyOf.get(feed.groupId) ?? null,
      owner: feed.owner,
      status: feed.status,
      reason: feed.reason,
      failedRun: toToldRun(feed.failedRun),
      goodAgain: isUnhealthy(feed.status) ? (again.get(feed.id) ?? null) : null,
      weakEvidence: feed.weakBy === null ? null : weaknessInWords(feed.weakBy),
      since: text(feed.since),
      overdueKeys: (overdue.get(feed.id) ?? []).map(toOverdueKey),
      dataThroughAt: text(feed.dataThroughAt),
      updatedAt: text(feed.updatedAt),
      dueAt: text(feed.dueAt),
      lastRun: feed.lastRun === null ? null : { ...feed.lastRun, endedAt: text(feed.lastRun.endedAt) },
      work: work.filter(({ feedIds }) => feedIds.includes(feed.id)).map(({ id }) => id),
    })),
  })
  return { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"` }
}

/** A pause or announced work: what it is about, how long, why, and which feeds would be late or stale without it. */
function toJson({ id, kind, subject, from, until, note, repeats, isAhead, hides }: WorkView): object {
  return {
    id,
    kind,
    subject: subject === null ? null : `${subject.kind}:${subject.key}`,
    from: text(from),
    until: text(until),
    note,
    repeats,
    begun: !isAhead,
    hides: hides.map(({ key, status, since }) => ({ feed: key, status, since: text(since) })),
  }
}

function text(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
