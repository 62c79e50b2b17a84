import { loadExplanations } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertChanges, listEverKnown, loadLastAnnounced, type NewStatusChange } from '#lib/db/history/changes.ts'
import { enqueueMessages } from '#lib/db/messages/messages.ts'
import { LASTING_REASONS } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { announcements } from './announcements.ts'
import type { Rebuilt } from './rebuild-assets.ts'
import type { Reporting } from './reporting.ts'
import type { RolledUp } from './roll-up-containers.ts'

interface Logged extends NewStatusChange {
  /** Worth a message: a feed's change that is not just the first look. */
  isNews: boolean
}

/**
 * Appends the changes of everything rebuilt, in order of time, and puts messages about those of feeds into the outbox. A feed's
 * first status, its end, and never having been looked at are no news.
 */
export async function logChanges(
  sql: Sql,
  reporting: Reporting,
  rebuilt: { assets: readonly Rebuilt[]; feeds: readonly RolledUp[]; groups: readonly RolledUp[] },
  isRewrite: boolean,
): Promise<number> {
  const assets = rebuilt.assets.filter(hasChanged)
  const feeds = rebuilt.feeds.filter(hasChanged)
  const groups = rebuilt.groups.filter(hasChanged)
  const all = [...assets, ...feeds, ...groups]
  if (all.length === 0) return 0
  const last = await loadLastAnnounced(
    sql,
    all.map((one) => one.subjectId),
  )
  const everKnown = await listEverKnown(
    sql,
    feeds.map((feed) => feed.subjectId),
  )
  const explain = await feedExplanations(sql, feeds, reporting.now)
  const told = { last, now: reporting.now, isRewrite }
  const changes = [
    ...assets.flatMap((one) => changesOf(one, told, one.explainAt)),
    ...feeds.flatMap((one) =>
      changesOf(one, told, explain(one)).map((change) => ({ ...change, isNews: isNews(one, change, everKnown.has(one.subjectId)) })),
    ),
    ...groups.flatMap((one) => changesOf(one, told, one.explainAt)),
  ].sort((a, b) => a.at - b.at)
  const ids = await insertChanges(sql, reporting.now, changes)
  const news = ids.filter((_, position) => changes[position]?.isNews)
  await enqueueMessages(sql, reporting.now, reporting.channels, news)
  return changes.length
}

function hasChanged({ restatement }: Rebuilt): boolean {
  return restatement.changedFrom !== null
}

interface Told {
  last: ReadonlyMap<number, Instant>
  now: Instant
  isRewrite: boolean
}

function changesOf(one: Rebuilt, { last, now, isRewrite }: Told, explainAt: Rebuilt['explainAt']): Logged[] {
  const { before, after } = one.restatement
  const lastAnnouncedAt = last.get(one.subjectId) ?? null
  return announcements({ before, after, statedUntil: one.statedUntil, lastAnnouncedAt, now, isRewrite }).map((change) => ({
    ...change,
    subjectId: one.subjectId,
    explanation: change.rewrite ? null : explainAt(change.at),
    isNews: false,
  }))
}

function isNews({ restatement }: Rebuilt, { rewrite, from, to, reason }: NewStatusChange, everKnown: boolean): boolean {
  if (rewrite || from === null || to === null || reason === 'never-observed') return false
  if (from !== 'unknown' || everKnown) return !isFirstLook(restatement.before.at(-1)?.reason, { from, to })
  // Of what nobody has ever seen, it is no news that there is no such thing yet, nor that there is now.
  return to !== 'unknown' && !(to === 'fresh' && NOT_YET.includes(restatement.before.at(-1)?.reason ?? null))
}

const NOT_YET: readonly NewStatusChange['reason'][] = ['never-observed', ...LASTING_REASONS]

function isFirstLook(before: NewStatusChange['reason'] | undefined, { from, to }: Pick<NewStatusChange, 'from' | 'to'>): boolean {
  return from === 'unknown' && to === 'fresh' && before === 'never-observed'
}

/** What to say about the change that led to a feed's present status: the words of the asset that caused it. */
async function feedExplanations(sql: Sql, feeds: readonly RolledUp[], now: Instant): Promise<(feed: RolledUp) => Rebuilt['explainAt']> {
  const causes = new Map(feeds.map((feed) => [feed.subjectId, causeOf(feed, now)]))
  const words = await loadExplanations(
    sql,
    [...causes.values()].filter((id) => id !== null),
  )
  return (feed) => (at) => {
    const turned = feed.restatement.after.at(-1)?.since ?? now
    return at < turned ? null : (words.get(causes.get(feed.subjectId) ?? 0) ?? null)
  }
}

/** The promised asset that has been what its feed is for the longest time. */
function causeOf({ restatement, members }: RolledUp, now: Instant): number | null {
  const status = restatement.after.find((span) => span.from <= now && now < span.to)?.status
  let cause: { id: number; since: Instant } | null = null
  for (const { memberId, from, to, spans } of members) {
    const current = spans.at(-1)
    if (current === undefined || current.to <= now || current.status !== status || from > now || (to !== null && to <= now)) continue
    if (cause === null || current.since < cause.since) cause = { id: memberId, since: current.since }
  }
  return cause?.id ?? null
}
