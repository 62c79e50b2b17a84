import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

/** A worker that has not been heard of for so long has stopped. */
export const WORKER_SILENT_MS = MINUTE_MS

/** Something a reader must know before believing the rest. `since` null: never seen at all. */
export type Banner =
  /** What follows is what was known before the database fell silent. */
  | { kind: 'database'; problem: string; since: Instant }
  | { kind: 'worker'; since: Instant | null }
  | { kind: 'probes'; since: Instant | null }
  /** `incident`: what it holds back; null: nothing yet. */
  | { kind: 'connection'; connection: string; name: string; since: Instant; problem: string | null; incident: number | null }
  | { kind: 'catalogue'; problems: CatalogueProblem[]; more: number; inUseSince: Instant | null }
  | { kind: 'catalogue-check'; since: Instant }
  | { kind: 'demo' }

/** When a worker was last heard of: one that still runs, and any. */
export interface WorkerLiveness {
  aliveAt: Instant | null
  lastSeenAt: Instant | null
}

/** SQL for `WorkerSigns`, to stand in a select list. */
export const WORKER_LIVENESS_SQL = `
  (select ${instant('max(heartbeat_at)')} from worker_state where stopped_at is null or heartbeat_at > stopped_at) as "aliveAt",
  (select ${instant('max(heartbeat_at)')} from worker_state) as "lastSeenAt"`

/** Since when no worker runs (null: there never was one); undefined as long as one does. */
export function silentSince(signs: WorkerLiveness, now: Instant): Instant | null | undefined {
  return signs.aliveAt !== null && now - signs.aliveAt <= WORKER_SILENT_MS ? undefined : signs.lastSeenAt
}

const PROBLEMS_SHOWN = 5

interface Signs extends WorkerLiveness {
  problems: CatalogueProblem[] | null
  acceptedAt: Instant | null
  checkingSince: Instant | null
  lookedAt: Instant | null
  connections: number
  overdue: number
  down: Omit<Extract<Banner, { kind: 'connection' }>, 'kind'>[]
}

const DOWN = `
  select b.connection_key as connection, coalesce(c.name, c.key) as name, ${instant('b.from_at')} as since, c.problem, (
    select i.id from incident i where i.ended_at is null and i.withdrawn_at is null and 'connection:' || b.connection_key = any(i.causes) order by i.opened_at limit 1
  ) as incident
  from blind b join connection_state c on c.key = b.connection_key
  where b.to_at is null and c.removed_at is null order by b.from_at`

const SIGNS = `
  select ${WORKER_LIVENESS_SQL},
    (select problems from catalogue_state where id = 1) as problems,
    (select ${instant('accepted_at')} from ${IN_FORCE} v) as "acceptedAt",
    (select (value ->> 'since')::float8 from setting where key = 'catalogue-check') as "checkingSince",
    (select ${instant('max(greatest(ok_at, failed_at))')} from connection_state where removed_at is null) as "lookedAt",
    (select count(*)::int from connection_state where removed_at is null and next_probe_at is not null) as connections,
    (select count(*)::int from connection_state where removed_at is null
      and next_probe_at < $1::timestamptz - greatest(3 * probe_every_ms::float8, 300000) * interval '1 millisecond') as overdue,
    coalesce((select json_agg(d order by d.since) from (${DOWN}) d), '[]') as down`

/** What stands above everything else, most important first. */
export async function getBanners(ctx: Context, demo: boolean): Promise<Banner[]> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Signs>(SIGNS, [new Date(now)])
  const signs = rows[0]
  const banners: Banner[] = []
  if (signs) banners.push(...workBanners(signs, now), ...catalogueBanners(signs))
  banners.push(...(signs?.down ?? []).map((row) => ({ kind: 'connection' as const, ...row })))
  if (demo) banners.push({ kind: 'demo' })
  return banners
}

function workBanners(signs: Signs, now: Instant): Banner[] {
  const silent = silentSince(signs, now)
  if (silent !== undefined) return [{ kind: 'worker', since: silent }]
  if (signs.connections > 0 && signs.overdue === signs.connections) return [{ kind: 'probes', since: signs.lookedAt }]
  return []
}

function catalogueBanners(signs: Signs): Banner[] {
  if (signs.checkingSince !== null) return [{ kind: 'catalogue-check', since: signs.checkingSince }]
  const problems = signs.problems ?? []
  if (problems.length === 0) return []
  const shown = problems.slice(0, PROBLEMS_SHOWN)
  return [{ kind: 'catalogue', problems: shown, more: problems.length - shown.length, inUseSince: signs.acceptedAt }]
}
