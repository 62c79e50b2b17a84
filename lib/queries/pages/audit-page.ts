import type { Context } from '#lib/db/context.ts'
import type { Actor, Role } from '#lib/domain/access/actor.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { endOfDay, type LocalDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { type AdminFrame, getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** Which entries are asked for; null is any. */
export interface AuditFilter {
  /** A part of a name, an id, or a kind of actor. */
  who: string | null
  action: string | null
  /** A part of what it is about. */
  target: string | null
  outcome: 'done' | 'refused' | null
  /** Local days of the page's zone, both included. */
  from: LocalDay | null
  to: LocalDay | null
  /** Only entries before this one: the `next` of an earlier answer. */
  before: string | null
}

export const WHOLE_AUDIT: AuditFilter = { who: null, action: null, target: null, outcome: null, from: null, to: null, before: null }

/** One order as the audit keeps it. */
export interface AuditRow {
  id: string
  at: Instant
  actorKind: Actor['kind']
  actorId: string | null
  actor: string | null
  role: Role
  origin: string
  action: string
  target: string
  reason: string | null
  before: unknown
  after: unknown
  /** Why it was not done; null: it was. */
  refusal: string | null
  /** The name of the person, group, feed or asset it is about, as it is now. */
  targetName: string | null
}

export interface AuditPage {
  frame: AdminFrame
  rows: AuditRow[]
  /** Where the page after this begins; null on the last. */
  next: string | null
}

const PAGE_ROWS = 50
const STREAM_ROWS = 500

const ROWS = `
  select id::text, ${instant('at')} as at, actor_kind as "actorKind", actor_id as "actorId", actor, role, origin, action, target, reason,
    before, after, refusal, coalesce(
      (select p.name from person p where audit.target = 'person:' || p.id),
      (select s.name from subject s where s.kind = split_part(audit.target, ':', 1) and s.key = substr(audit.target, strpos(audit.target, ':') + 1))
    ) as "targetName"
  from audit
  where ($1::bigint is null or audit.id < $1)
    and ($2::text is null or strpos(lower(actor), lower($2)) > 0 or actor_id = $2 or actor_kind = lower($2))
    and ($3::text is null or action = $3)
    and ($4::text is null or strpos(lower(target), lower($4)) > 0)
    and ($5::text is null or (refusal is null) = ($5 = 'done'))
    and ($6::timestamptz is null or at >= $6)
    and ($7::timestamptz is null or at < $7)
  order by audit.id desc limit $8`

async function listEntries(ctx: Context, zone: string, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  const { who, action, target, outcome, from, to, before } = filter
  const since = from === null ? null : new Date(startOfDay(from, zone))
  const until = to === null ? null : new Date(endOfDay(to, zone))
  return (await ctx.pool.query<AuditRow>(ROWS, [before, who, action, target, outcome, since, until, limit])).rows
}

/** One page of the audit, newest first. */
export async function getAuditPage(ctx: Context, filter: AuditFilter, limit = PAGE_ROWS): Promise<AuditPage> {
  const frame = await getAdminFrame(ctx)
  const found = await listEntries(ctx, frame.page.zone, filter, limit + 1)
  const rows = found.slice(0, limit)
  return { frame, rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null }
}

/** Every entry asked for, newest first, some at a time: no connection is held and little kept while a reader is slow. */
export async function* streamAudit(ctx: Context, filter: AuditFilter, atOnce = STREAM_ROWS): AsyncGenerator<AuditRow[]> {
  const { page } = await getAdminFrame(ctx)
  for (let { before } = filter; ; ) {
    const rows = await listEntries(ctx, page.zone, { ...filter, before }, atOnce)
    if (rows.length > 0) yield rows
    if (rows.length < atOnce) return
    before = rows.at(-1)?.id ?? null
  }
}
