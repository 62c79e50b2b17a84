import type { Context } from '#lib/db/context.ts'
import { getAddressedPage, type Page } from '#lib/db/settings.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { EmbedStanding } from '#lib/domain/wording/embed-words.ts'
import { silentSince, WORKER_LIVENESS_SQL } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { findAsOf } from './as-of.ts'
import { findCause } from './cause.ts'
import type { EmbedKind, EmbedSubject, JudgedAsset } from './embed-subject.ts'

/** How one feed, group or asset stands, for badges and frames. */
export interface Embed {
  kind: EmbedKind
  key: string
  name: string
  page: Page
  now: Instant
  standing: EmbedStanding
}

const HEAD = `
  select s.id, s.kind, s.key, s.name, sp.status, sp.reason, ${instant('sp.from_at')} as since,
    case when sp.status in ('late', 'stale') then ${instant(`coalesce(
      (select max(b.to_at) from status_span b where b.subject_id = s.id and b.to_at <= sp.from_at and (b.status is null or b.status not in ('late', 'stale'))),
      (select min(b.from_at) from status_span b where b.subject_id = s.id))`)} end as "brokenSince",
    ${WORKER_LIVENESS_SQL}
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = $1 and s.removed_at is null and (s.key = $2 or s.id = (select k.subject_id from former_key k where k.kind = $1 and k.key = $2))
  order by s.key = $2 desc limit 1`

/** What a feed promises, or all it has where it promises nothing; an asset itself. */
const ASSETS = `
  select s.id, s.name, sp.status, sp.reason, ${instant('sp.from_at')} as since, a.verdict->>'weakBy' as "weakBy"
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where a.subject_id = $1 or (a.feed_id = $1 and (a.promised or not exists (
    select from asset p join subject ps on ps.id = p.subject_id and ps.removed_at is null where p.feed_id = $1 and p.promised)))
  order by sp.from_at, s.position, s.id`

const FEEDS = `
  select s.name, sp.status from feed f join subject s on s.id = f.subject_id and s.removed_at is null
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where f.group_id = $1 order by sp.from_at, s.position, s.id`

/**
 * What a badge or a frame of one subject says, as somebody sees it (by a former key, too); null when they see none of that key. Nobody knows who reads it where it
 * stands: beside the subject and what lies in it nothing is named but what `everybody` sees who comes to the page, of a private one (null) nothing.
 */
export async function getEmbed(ctx: Context, asked: { kind: EmbedKind; key: string }, everybody: Context | null): Promise<Embed | null> {
  const [page, { rows }] = await Promise.all([getAddressedPage(ctx), ctx.pool.query<EmbedSubject>(HEAD, [asked.kind, asked.key])])
  const [subject] = rows
  if (subject === undefined) return null
  const now = ctx.clock.now()
  const { kind, key, name, status, reason, since, brokenSince } = subject
  const stands = { status, reason, since, brokenSince, silentSince: silentSince(subject, now) }
  const more = kind === 'group' ? await ofGroup(ctx, subject) : await ofAssets(ctx, subject, everybody)
  return { kind, key, name, page, now, standing: { ...stands, ...more } }
}

type More = Pick<EmbedStanding, 'asOf' | 'cause' | 'weakBy' | 'feeds'>

async function ofGroup(ctx: Context, { id, status }: EmbedSubject): Promise<More> {
  const { rows } = await ctx.pool.query<{ name: string; status: Status | null }>(FEEDS, [id])
  const judged = rows.filter((feed) => feed.status !== null)
  const worst = judged.filter((feed) => feed.status === status && status !== 'fresh').map(({ name }) => name)
  const fresh = judged.filter((feed) => feed.status === 'fresh').length
  return { asOf: null, cause: { of: 'itself' }, weakBy: null, feeds: { judged: judged.length, fresh, worst } }
}

async function ofAssets(ctx: Context, subject: EmbedSubject, everybody: Context | null): Promise<More> {
  const { rows: assets } = await ctx.pool.query<JudgedAsset>(ASSETS, [subject.id])
  const found = await findCause(ctx, subject, assets, everybody)
  const ids = assets.map(({ id }) => id)
  const { cause, rootId } = found ?? { cause: { of: 'itself' as const }, rootId: ids[0] ?? null }
  // What was loaded from data that are late reaches no further than they do.
  const asOf = rootId === null ? null : await findAsOf(ctx, [...new Set([...ids, rootId])])
  const weak = assets.flatMap(({ status, weakBy }) => (weakBy !== null && status === subject.status ? [weakBy] : []))
  const weakBy = weak.length === 0 ? null : [...new Set(weak)].sort().join(' and ')
  return { asOf, cause, weakBy, feeds: null }
}
