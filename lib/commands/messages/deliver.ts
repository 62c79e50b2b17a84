import type { Context } from '#lib/db/context.ts'
import type { MessageOutcome } from '#lib/db/messages/messages.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Message, Notifier, SendOutcome } from '#lib/notifiers/notifier.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Lookup } from '#lib/platform/secrets/secrets.ts'
import { type Channel, closeChannel } from './channels.ts'
import { NO_OUTCOME } from './outcomes.ts'

/** Waits after the first, second, … failed try, as Standard Webhooks proposes: ten tries over three days. */
const RETRY_WAITS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]
const LONGEST_WAIT_MS = 24 * HOUR_MS

/** Longer than the longest send: only a worker that died loses its claim. */
export const LEASE_MS = 3 * MINUTE_MS
export const AT_ONCE = 8

export interface SendOptions {
  notifiers: ReadonlyMap<string, Notifier>
  /** Resolves references of the channels' settings, anew for every round. */
  lookup: Lookup
  signal: AbortSignal
  limit?: number
}

/** What is said of a message that its channel leaves out. */
export const NOT_WANTED = 'Nothing this channel tells.'

/** One try of a message: for whom, the how manieth, waiting since when. */
export interface Try {
  receiver: string
  attempts: number
  createdAt: Instant
}

/** When to try again after `attempts` tries; null = give up. Never earlier than the receiver asked for, within a day. */
function nextTryAt(now: Instant, attempts: number, retryAfterMs: number | undefined): Instant | null {
  const wait = RETRY_WAITS_MS[attempts - 1]
  if (wait === undefined) return null
  return now + Math.max(wait, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}

function retryOrGiveUp(ctx: Context, { attempts, createdAt }: Try, problem: string, retryAfterMs?: number): MessageOutcome {
  const now = ctx.clock.now()
  const nextAttemptAt = nextTryAt(now, attempts, retryAfterMs)
  if (nextAttemptAt !== null) return { ...NO_OUTCOME, nextAttemptAt, problem }
  const after = formatDuration(Math.max(0, now - createdAt))
  return { ...NO_OUTCOME, givenUpAt: now, problem: `Given up after ${attempts} tries in ${after}. ${problem}` }
}

/** Sends a message over its channel and says what becomes of it: delivered, tried again, or given up. `compose` answers null where there is nothing to tell any more. */
export async function deliver(
  ctx: Context,
  channel: Channel,
  message: Try,
  compose: () => Promise<Message | null>,
  signal: AbortSignal,
): Promise<MessageOutcome> {
  if (!channel.open) {
    return channel.lasting
      ? { ...NO_OUTCOME, givenUpAt: ctx.clock.now(), problem: channel.problem }
      : retryOrGiveUp(ctx, message, channel.problem)
  }
  const outcome = await trySend(ctx, channel, message, compose, signal)
  if (outcome === null) return { ...NO_OUTCOME, problem: NOT_WANTED }
  if (outcome.ok) return { ...NO_OUTCOME, deliveredAt: ctx.clock.now() }
  if (outcome.kind === 'retry') return retryOrGiveUp(ctx, message, outcome.problem, outcome.retryAfterMs)
  if (outcome.kind === 'gone') await closeChannel(ctx, message.receiver, channel.fingerprint, outcome.problem)
  return { ...NO_OUTCOME, givenUpAt: ctx.clock.now(), problem: outcome.problem }
}

async function trySend(
  ctx: Context,
  channel: Extract<Channel, { open: true }>,
  { receiver }: Try,
  compose: () => Promise<Message | null>,
  signal: AbortSignal,
): Promise<SendOutcome | null> {
  try {
    const message = await compose()
    return message === null || !channel.takes(message) ? null : await channel.send(message, signal)
  } catch (error) {
    ctx.log.error('a channel threw instead of answering', { channel: receiver, error: toInternalMessage(error) })
    return { ok: false, kind: 'retry', problem: 'The channel failed in an unexpected way; the internal log has the details.' }
  }
}
