import type { Context } from '#lib/db/context.ts'
import { takeSecondProbes } from '#lib/db/history/lasting-answers.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import { probeSpacingMs, probeTimeoutMs } from '#lib/domain/connections/probe-interval.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

export interface ClaimedProbe {
  connection: string
  kind: string
  startedAt: Instant
  /** Nobody else begins it before. */
  until: Instant
  timeoutMs: number
  /** Keys of the assets to look at a second time; null: all assets of the connection, at the usual pace. */
  only: readonly string[] | null
  /** Which of all looks at the connection this is; null: one of its own, that does not count. */
  look: number | null
}

/** Counted up to here, then anew. */
const LOOKS_MAX = 1_000_000_000

/**
 * Takes the due look at a connection; null when it is not due (any more). Nobody else looks before its time limit is
 * over, so a worker that dies in the middle delays the next look by that much and no more.
 */
export async function claimProbe(ctx: Context, connection: string): Promise<ClaimedProbe | null> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<{ kind: string; every: number; looks: number; until: Date }>(
    `update connection_state set looks = (looks + 1) % ${LOOKS_MAX},
       next_probe_at = $2::timestamptz + greatest(probe_every_ms, 60000) * interval '1 millisecond'
     where key = $1 and removed_at is null and next_probe_at <= $2 returning kind, probe_every_ms as every, looks, next_probe_at as until`,
    [connection, toText(now)],
  )
  const row = rows[0]
  if (row === undefined) return null
  const until = toInstant(row.until)
  return { connection, kind: row.kind, startedAt: now, until, timeoutMs: probeTimeoutMs(row.every), only: null, look: row.looks }
}

/** Gives a claimed look back undone, unless another has begun meanwhile: it is due as before, the next is this one, and nothing is said about the connection. */
export async function putBackProbe(ctx: Context, { connection, startedAt, look }: ClaimedProbe): Promise<void> {
  if (look === null) return
  await ctx.pool.query(
    `update connection_state set looks = (looks + ${LOOKS_MAX - 1}) % ${LOOKS_MAX}, next_probe_at = least(next_probe_at, $2)
     where key = $1 and looks = $3`,
    [connection, toText(startedAt), look],
  )
}

/** Takes the second looks that are due through a connection, apart from its usual pace; null when there are none (any more), or it lets nobody in. */
export async function claimSecondProbes(ctx: Context, connection: string): Promise<ClaimedProbe | null> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<{ kind: string; every: number }>(
    'select kind, probe_every_ms as every from connection_state where key = $1 and removed_at is null and failures = 0',
    [connection],
  )
  const row = rows[0]
  if (row === undefined) return null
  const timeoutMs = probeTimeoutMs(row.every)
  const until = now + MINUTE_MS
  const only = await takeSecondProbes(ctx.pool, connection, now, until)
  return only.length === 0 ? null : { connection, kind: row.kind, startedAt: now, until, timeoutMs, only, look: null }
}

/** Plans the next look after one has ended, slower while the connection does not let us in; `random` spreads the looks. One that was asked for meanwhile stays. */
export async function paceProbe(ctx: Context, probe: ClaimedProbe, random: number): Promise<void> {
  const { rows } = await ctx.pool.query<{ every: number; failures: number }>(
    'select probe_every_ms as every, failures from connection_state where key = $1 and removed_at is null',
    [probe.connection],
  )
  const row = rows[0]
  if (row === undefined) return
  const next = Math.max(probe.startedAt + probeSpacingMs(row.every, row.failures, random), ctx.clock.now() + 1000)
  await ctx.pool.query('update connection_state set next_probe_at = $2 where key = $1 and next_probe_at = $3', [
    probe.connection,
    toText(next),
    toText(probe.until),
  ])
}
