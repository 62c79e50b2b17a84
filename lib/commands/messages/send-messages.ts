import type { Context } from '#lib/db/context.ts'
import {
  type ClaimedMessage,
  claimMessages,
  getNextMessageAt,
  type MessageOutcome,
  recordMessageOutcome,
} from '#lib/db/messages/messages.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Notifier, SendOutcome } from '#lib/notifiers/notifier.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Lookup } from '#lib/platform/secrets/secrets.ts'
import { type Channel, closeChannel, openChannel } from './channels.ts'
import { composeMessage } from './compose.ts'
import { countOutcomes, NO_OUTCOME, type OutcomeCounts } from './outcomes.ts'

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

/** When to try again after `attempts` tries; null = give up. Never earlier than the receiver asked for, within a day. */
function nextTryAt(now: Instant, attempts: number, retryAfterMs: number | undefined): Instant | null {
  const wait = RETRY_WAITS_MS[attempts - 1]
  if (wait === undefined) return null
  return now + Math.max(wait, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}

/** Longer than the longest send: only a worker that died loses its claim. */
const LEASE_MS = 3 * MINUTE_MS
const AT_ONCE = 8

export interface SendOptions {
  notifiers: ReadonlyMap<string, Notifier>
  /** Resolves references of the channels' settings, anew for every round. */
  lookup: Lookup
  signal: AbortSignal
  limit?: number
}

export interface Sent extends OutcomeCounts {
  nextAt: Instant | null
}

function retryOrGiveUp(ctx: Context, message: ClaimedMessage, problem: string, retryAfterMs?: number): MessageOutcome {
  const now = ctx.clock.now()
  const nextAttemptAt = nextTryAt(now, message.attempts, retryAfterMs)
  if (nextAttemptAt !== null) return { ...NO_OUTCOME, nextAttemptAt, problem }
  const after = formatDuration(Math.max(0, now - message.createdAt))
  return { ...NO_OUTCOME, givenUpAt: now, problem: `Given up after ${message.attempts} tries in ${after}. ${problem}` }
}

async function trySend(
  ctx: Context,
  channel: Extract<Channel, { open: true }>,
  message: ClaimedMessage,
  options: SendOptions,
): Promise<SendOutcome> {
  try {
    return await channel.send(composeMessage(message, await getAddressedPage(ctx)), options.signal)
  } catch (error) {
    ctx.log.error('a channel threw instead of answering', { channel: message.channel, error: toInternalMessage(error) })
    return { ok: false, kind: 'retry', problem: 'The channel failed in an unexpected way; the internal log has the details.' }
  }
}

async function sendOne(ctx: Context, message: ClaimedMessage, channel: Channel, options: SendOptions): Promise<MessageOutcome> {
  if (!channel.open) {
    return channel.lasting
      ? { ...NO_OUTCOME, givenUpAt: ctx.clock.now(), problem: channel.problem }
      : retryOrGiveUp(ctx, message, channel.problem)
  }
  if (!channel.wants({ from: message.from, to: message.to })) return { ...NO_OUTCOME, problem: 'Nothing this channel tells.' }
  const outcome = await trySend(ctx, channel, message, options)
  if (outcome.ok) return { ...NO_OUTCOME, deliveredAt: ctx.clock.now() }
  if (outcome.kind === 'retry') return retryOrGiveUp(ctx, message, outcome.problem, outcome.retryAfterMs)
  if (outcome.kind === 'gone') await closeChannel(ctx, message.channel, channel.fingerprint, outcome.problem)
  return { ...NO_OUTCOME, givenUpAt: ctx.clock.now(), problem: outcome.problem }
}

async function sendRound(ctx: Context, messages: readonly ClaimedMessage[], options: SendOptions): Promise<MessageOutcome[]> {
  const channels = new Map<string, Channel>()
  for (const name of new Set(messages.map((m) => m.channel))) {
    channels.set(name, await openChannel(ctx, name, options.notifiers.get(name), options.lookup))
  }
  return Promise.all(
    messages.map(async (message) => {
      const channel = channels.get(message.channel) ?? { open: false, lasting: false, problem: 'The channel could not be opened.' }
      const outcome = await sendOne(ctx, message, channel, options)
      await recordMessageOutcome(ctx.pool, message, outcome)
      if (outcome.nextAttemptAt !== null || outcome.givenUpAt !== null) {
        ctx.log.warn('a message was not delivered', {
          channel: message.channel,
          feed: message.feedKey,
          attempts: message.attempts,
          problem: outcome.problem,
        })
      }
      return outcome
    }),
  )
}

/**
 * Sends what is due in the outbox, each change at most once per channel on purpose: a claim keeps other workers away, and a row
 * that was delivered is never claimed again. A worker that dies between sending and recording leaves a row that is sent once
 * more after its lease, under the same id (`webhook-id`, `Message-ID`), by which the receiver can drop it.
 */
export async function sendMessages(ctx: Context, options: SendOptions): Promise<Sent> {
  const outcomes: MessageOutcome[] = []
  let left = options.limit ?? 100
  while (left > 0 && !options.signal.aborted) {
    const claimed = await claimMessages(ctx.pool, ctx.clock.now(), LEASE_MS, Math.min(left, AT_ONCE))
    if (claimed.length === 0) break
    left -= claimed.length
    outcomes.push(...(await sendRound(ctx, claimed, options)))
  }
  return { ...countOutcomes(outcomes), nextAt: await getNextMessageAt(ctx.pool) }
}
