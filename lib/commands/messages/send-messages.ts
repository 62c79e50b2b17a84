import type { Context } from '#lib/db/context.ts'
import {
  type ClaimedMessage,
  claimMessages,
  getNextMessageAt,
  type MessageOutcome,
  recordMessageOutcome,
} from '#lib/db/messages/messages.ts'
import { getAddressedPage, getTell } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Channel, openChannel } from './channels.ts'
import { composeMessage } from './compose.ts'
import { AT_ONCE, deliver, LEASE_MS, NOT_WANTED, type SendOptions } from './deliver.ts'
import { countOutcomes, NO_OUTCOME, type OutcomeCounts } from './outcomes.ts'

export interface Sent extends OutcomeCounts {
  nextAt: Instant | null
}

async function sendOne(ctx: Context, message: ClaimedMessage, channel: Channel, options: SendOptions): Promise<MessageOutcome> {
  const { attempts, createdAt, from, to } = message
  if (channel.open && !channel.wants({ from, to })) return { ...NO_OUTCOME, problem: NOT_WANTED }
  const compose = async () => composeMessage(message, await getAddressedPage(ctx))
  return deliver(ctx, channel, { receiver: message.channel, attempts, createdAt }, compose, options.signal)
}

async function sendRound(ctx: Context, messages: readonly ClaimedMessage[], options: SendOptions): Promise<MessageOutcome[]> {
  const channels = new Map<string, Channel>()
  const tell = new Map(Object.entries(await getTell(ctx.pool)))
  for (const name of new Set(messages.map((m) => m.channel))) {
    channels.set(name, await openChannel(ctx, { name, written: tell.get(name) ?? null }, options.notifiers.get(name), options.lookup))
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
 * Sends what is due to the receivers of `tell`, each change at most once per channel on purpose: a claim keeps other workers away, and a row
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
