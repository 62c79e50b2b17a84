import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { TroubleKind } from '#lib/platform/postgres/server-trouble.ts'
import { databaseProblem, TROUBLE_WORDS, withinPatience } from '#lib/queries/changes/database-answer.ts'
import { silentSince, WORKER_LIVENESS_SQL, type WorkerLiveness } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A status that should have turned so long ago means that nobody sweeps. */
const SWEEP_BEHIND_MS = MINUTE_MS

/** A check of the catalogue that takes longer than this is said. */
const CHECK_SHOWN_MS = 3 * SECOND_MS

/** How Tidemark itself is. `ok` is false when the page may be showing old statuses. */
export interface Health {
  ok: boolean
  at: string
  /** `problem` says in words what keeps the database from working as it should. */
  database: { ok: boolean; problem: string | null }
  worker: { ok: boolean; heartbeatAgeSeconds: number | null }
  catalogue: { state: 'none' | 'accepted' | 'problems' | 'checking'; acceptedAt: string | null; problems: number }
  sweep: { ok: boolean; oldestDueAt: string | null; behindSeconds: number }
}

interface Signs extends WorkerLiveness {
  acceptedAt: Instant | null
  problems: number
  dueAt: Instant | null
  checkingSince: Instant | null
  trouble: TroubleKind | null
  connections: number
  connectionsMax: number
}

const SIGNS = `
  select ${WORKER_LIVENESS_SQL},
    (select ${instant('accepted_at')} from ${IN_FORCE} v) as "acceptedAt",
    coalesce((select jsonb_array_length(problems) from catalogue_state where id = 1), 0) as problems,
    (select ${instant('min(next_change_at)')} from subject where next_change_at is not null) as "dueAt",
    (select (value ->> 'since')::float8 from setting where key = 'catalogue-check') as "checkingSince",
    (select detail #>> '{trouble,kind}' from worker_state where stopped_at is null and detail #>> '{trouble,kind}' is not null
       and heartbeat_at > $1::timestamptz - interval '1 minute' order by heartbeat_at desc limit 1) as trouble,
    (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as connections,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as "connectionsMax"`

/** Asks the database how everything is, within seconds; never throws, a database that does not answer is an answer. */
export async function getHealth(ctx: Context): Promise<Health> {
  const now = ctx.clock.now()
  try {
    const { rows } = await withinPatience(ctx.clock, ctx.pool.query<Signs>(SIGNS, [new Date(now)]))
    const signs = rows[0]
    if (signs) return toHealth(ctx, signs, now)
    return unreachable(now, 'The database gives no answer.')
  } catch (error) {
    ctx.log.error('health: the database does not answer', { error: toInternalMessage(error) })
    return unreachable(now, databaseProblem(error))
  }
}

function problemOf(ctx: Context, signs: Signs): string | null {
  if (signs.connections >= signs.connectionsMax)
    return `All connections of the database server are in use (${signs.connections}): whoever comes now is refused.`
  const kind = ctx.trouble.current()?.kind ?? signs.trouble
  return kind === null ? null : TROUBLE_WORDS[kind]
}

function toHealth(ctx: Context, signs: Signs, now: Instant): Health {
  const worker = silentSince(signs, now) === undefined
  const behindMs = signs.dueAt === null ? 0 : Math.max(0, now - signs.dueAt)
  const sweep = behindMs <= SWEEP_BEHIND_MS
  const state = catalogueState(signs, now)
  const problem = problemOf(ctx, signs)
  return {
    ok: worker && sweep && problem === null,
    at: text(now),
    database: { ok: problem === null, problem },
    worker: { ok: worker, heartbeatAgeSeconds: signs.lastSeenAt === null ? null : seconds(Math.max(0, now - signs.lastSeenAt)) },
    catalogue: { state, acceptedAt: signs.acceptedAt === null ? null : text(signs.acceptedAt), problems: signs.problems },
    sweep: { ok: sweep, oldestDueAt: signs.dueAt === null ? null : text(signs.dueAt), behindSeconds: seconds(behindMs) },
  }
}

function catalogueState(signs: Signs, now: Instant): Health['catalogue']['state'] {
  if (signs.checkingSince !== null && now - signs.checkingSince > CHECK_SHOWN_MS) return 'checking'
  if (signs.problems > 0) return 'problems'
  return signs.acceptedAt === null ? 'none' : 'accepted'
}

function unreachable(now: Instant, problem: string): Health {
  return {
    ok: false,
    at: text(now),
    database: { ok: false, problem },
    worker: { ok: false, heartbeatAgeSeconds: null },
    catalogue: { state: 'none', acceptedAt: null, problems: 0 },
    sweep: { ok: false, oldestDueAt: null, behindSeconds: 0 },
  }
}

function text(at: Instant): string {
  return new Date(at).toISOString()
}

function seconds(ms: number): number {
  return Math.round(ms / SECOND_MS)
}
