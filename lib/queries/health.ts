import type { Context } from '#lib/db/context.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/instant.ts'
import { silentSince, WORKER_SIGNS_SQL, type WorkerSigns } from './banners.ts'
import { instant } from './instant-column.ts'

/** A status that should have turned so long ago means that nobody sweeps. */
const SWEEP_BEHIND_MS = MINUTE_MS

/** How Tidemark itself is. `ok` is false when the page may be showing old statuses. */
export interface Health {
  ok: boolean
  at: string
  database: { ok: boolean }
  worker: { ok: boolean; heartbeatAgeSeconds: number | null }
  catalogue: { state: 'none' | 'accepted' | 'problems'; acceptedAt: string | null; problems: number }
  sweep: { ok: boolean; oldestDueAt: string | null; behindSeconds: number }
}

interface Signs extends WorkerSigns {
  acceptedAt: Instant | null
  problems: number
  dueAt: Instant | null
}

const SIGNS = `
  select ${WORKER_SIGNS_SQL},
    (select ${instant('max(accepted_at)')} from catalogue_version) as "acceptedAt",
    coalesce((select jsonb_array_length(problems) from catalogue_state where id = 1), 0) as problems,
    (select ${instant('min(next_change_at)')} from subject where next_change_at is not null) as "dueAt"`

/** Asks the database how everything is; never throws, an unreachable database is an answer. */
export async function getHealth(ctx: Context): Promise<Health> {
  const now = ctx.clock.now()
  try {
    const { rows } = await ctx.pool.query<Signs>(SIGNS)
    const signs = rows[0]
    if (signs) return toHealth(signs, now)
  } catch (error) {
    ctx.log.error('health: the database does not answer', { error: error instanceof Error ? error.message : String(error) })
  }
  return unreachable(now)
}

function toHealth(signs: Signs, now: Instant): Health {
  const worker = silentSince(signs, now) === undefined
  const behindMs = signs.dueAt === null ? 0 : Math.max(0, now - signs.dueAt)
  const sweep = behindMs <= SWEEP_BEHIND_MS
  const state = signs.problems > 0 ? 'problems' : signs.acceptedAt === null ? 'none' : 'accepted'
  return {
    ok: worker && sweep,
    at: text(now),
    database: { ok: true },
    worker: { ok: worker, heartbeatAgeSeconds: signs.lastSeenAt === null ? null : seconds(Math.max(0, now - signs.lastSeenAt)) },
    catalogue: { state, acceptedAt: signs.acceptedAt === null ? null : text(signs.acceptedAt), problems: signs.problems },
    sweep: { ok: sweep, oldestDueAt: signs.dueAt === null ? null : text(signs.dueAt), behindSeconds: seconds(behindMs) },
  }
}

function unreachable(now: Instant): Health {
  return {
    ok: false,
    at: text(now),
    database: { ok: false },
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
