import { createHash } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/instant.ts'
import { weaknessInWords } from '#lib/domain/words.ts'
import { getFeedRows } from './feed-rows.ts'
import { getPageSettings } from './page-settings.ts'
import { countStatuses } from './status-counts.ts'

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
  const [groups, feeds] = await Promise.all([
    ctx.pool.query<GroupRow>(
      `select s.id, s.key, s.name, sp.status from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
       where s.kind = 'group' and s.removed_at is null order by s.position, s.id`,
    ),
    getFeedRows(ctx),
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
    feeds: feeds.map((feed) => ({
      key: feed.key,
      name: feed.name,
      group: keyOf.get(feed.groupId) ?? null,
      owner: feed.owner,
      status: feed.status,
      reason: feed.reason,
      weakEvidence: feed.weakBy === null ? null : weaknessInWords(feed.weakBy),
      since: text(feed.since),
      dataThroughAt: text(feed.dataThroughAt),
      updatedAt: text(feed.updatedAt),
      dueAt: text(feed.dueAt),
      lastRun: feed.lastRun === null ? null : { ...feed.lastRun, endedAt: text(feed.lastRun.endedAt) },
    })),
  })
  return { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"` }
}

function text(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
