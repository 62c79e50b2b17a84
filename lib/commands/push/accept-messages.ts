import { createHash } from 'node:crypto'
import { act } from '#lib/access/act.ts'
import { KnownUntil } from '#lib/access/known-until.ts'
import { getRenamed } from '#lib/db/catalogue/renames.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { countWaiting, insertMessages, type PushedMessage } from '#lib/db/push/push-inbox.ts'
import { type Heartbeat, type LineageEvent, parseEventTime } from '#lib/domain/push/event-schema.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'

/** So many messages may wait. */
export const WAITING_MAX = 200_000
/** So many events are taken at once. */
export const EVENTS_MAX = 1000
const FULL_RETRY_MS = 15 * SECOND_MS
/** How many wait is counted at most so often. */
const COUNTED_EVERY_MS = SECOND_MS
/** What a token hands in within so long has one entry in the audit. */
const AUDITED_EVERY_MS = HOUR_MS

const audited = new KnownUntil()
const hasRoom = new KnownUntil()

export interface Accepted {
  /** How many were new, and are stored now. */
  stored: number
  /** How many had been stored before. */
  known: number
}

/** Keeps events of OpenLineage for a worker; each that came before is known by its run, kind, time and producer. */
export function acceptLineage(ctx: Context, events: readonly LineageEvent[]): Promise<Accepted> {
  return acceptMessages(
    ctx,
    events.map((event) => ({
      kind: 'lineage',
      dedupeKey: keyOfEvent(ctx, event),
      eventAt: parseEventTime(event.eventTime) ?? ctx.clock.now(),
      body: event,
    })),
  )
}

/**
 * Keeps what an asset tells of itself. Known when it comes again under the same key of the sender's, or tells the same of the same run or instant; refused
 * (`not-found`) for an asset that the token does not see.
 */
export async function acceptHeartbeat(ctx: Context, assetKey: string, given: Heartbeat, idempotencyKey: string | null): Promise<Accepted> {
  const key = await findAsset(ctx, assetKey)
  const now = ctx.clock.now()
  const at = given.at ? parseEventTime(given.at) : null
  const isNamed = idempotencyKey !== null || at !== null || given.run
  const tells = idempotencyKey === null ? [key, given.state, at, given.run ?? null, ...audienceOf(ctx)] : [ctx.actor.id, idempotencyKey]
  const dedupeKey = dedupeKeyOf(['heartbeat', ...tells, ...(isNamed ? [] : [crypto.randomUUID()])])
  const body = { asset: key, at: new Date(at ?? now).toISOString(), runId: given.run ?? dedupeKey, told: given }
  return acceptMessages(ctx, [{ kind: 'heartbeat', dedupeKey, eventAt: at ?? now, body }])
}

async function findAsset(ctx: Context, key: string): Promise<string> {
  const { rowCount } = await ctx.pool.query("select from subject where kind = 'asset' and key = $1 and removed_at is null", [key])
  const found = rowCount === 1 ? key : await getRenamed(ctx.pool, 'asset', key)
  if (found === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such asset here.' })
  return found
}

function keyOfEvent(ctx: Context, { run, job, dataset, eventType, eventTime, producer, ...rest }: LineageEvent): string {
  const at = parseEventTime(eventTime)
  if (run !== undefined) return dedupeKeyOf(['run', run.runId.toLowerCase(), eventType ?? 'OTHER', at, producer, ...audienceOf(ctx)])
  return dedupeKeyOf(['other', at, producer, job ?? null, dataset ?? null, rest, ...audienceOf(ctx)])
}

/** Who may tell of less than others takes no message from them by telling it first. */
function audienceOf({ actor }: Context): string[] {
  return actor.audience === null ? [] : [actor.audience]
}

/** The key of a message, made of what makes it known when it comes again. */
export function dedupeKeyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** Keeps messages for a worker, those that are not there already; `unavailable` while too many wait. */
export async function acceptMessages(ctx: Context, messages: readonly PushedMessage[]): Promise<Accepted> {
  const now = ctx.clock.now()
  const { tokenId, audience } = requirePusher(ctx)
  await requireRoom(ctx, now)
  return storeHandedIn(ctx, async (sql) => {
    const stored = await insertMessages(sql, { tokenId, audience, now }, messages)
    return { stored, known: messages.length - stored }
  })
}

/** Whose token hands something in; refused without one for that. */
export function requirePusher({ actor }: Context): { tokenId: string; audience: string | null } {
  if (actor.id === null || actor.pushes !== true)
    throw new TidemarkError('forbidden', { publicMessage: 'This takes a token with the scope "push".' })
  return { tokenId: actor.id, audience: actor.audience }
}

/** Keeps what a token hands in, in one transaction, and wakes the workers; what it hands in within an hour has one entry in the audit. */
export async function storeHandedIn(ctx: Context, keep: (sql: Sql) => Promise<Accepted>): Promise<Accepted> {
  const { tokenId } = requirePusher(ctx)
  const now = ctx.clock.now()
  const store = async (sql: Sql) => {
    const accepted = await keep(sql)
    if (accepted.stored > 0) await notifyWorkers(sql)
    return accepted
  }
  if (audited.of(ctx, tokenId) > now) return withTransaction(ctx, store)
  const order = { action: 'push.hand-in', target: { kind: 'token', key: tokenId } } as const
  const result = await act(ctx, order, async (sql) => ({ result: await store(sql), after: { until: new Date(now + AUDITED_EVERY_MS) } }))
  audited.note(ctx, tokenId, now + AUDITED_EVERY_MS)
  return result
}

async function requireRoom(ctx: Context, now: Instant): Promise<void> {
  if (hasRoom.of(ctx, 'room') > now) return
  if ((await countWaiting(ctx.whole, WAITING_MAX)) < WAITING_MAX) return hasRoom.note(ctx, 'room', now + COUNTED_EVERY_MS)
  const publicMessage = `${formatCount(WAITING_MAX)} messages wait here already. Send this again in a moment.`
  throw new TidemarkError('unavailable', { publicMessage, retryAfterMs: FULL_RETRY_MS })
}
