import type { Context } from '#lib/db/context.ts'
import {
  CONFIRM_MS,
  confirmSubscriptions,
  endSubscriptions,
  findSubscriber,
  listSubscriptions,
  type Subscriber,
} from '#lib/db/messages/subscribers.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { act } from '../act.ts'
import { type SeenSubscriptions, seenOf } from './subscribe.ts'
import { subscribedReader } from './subscribed-reader.ts'

/** What the link in a letter leads to. */
export interface LinkedSubscriptions extends SeenSubscriptions {
  address: string
}

/** What whoever has the link in a letter is written to of; null: nothing any more, or there is no such link. */
export async function lookAtSubscriptions(ctx: Context, token: string): Promise<LinkedSubscriptions | null> {
  const subscriber = await findSubscriber(ctx.whole, { token })
  if (subscriber === null) return null
  const all = await listSubscriptions(ctx.whole, subscriber.id, ctx.clock.now() - CONFIRM_MS)
  const reader = await subscribedReader(ctx, subscriber)
  const seen = reader === null ? { subscriptions: [], unseen: all.length } : await seenOf(reader.context, all)
  return { address: reader?.address ?? subscriber.email, ...seen }
}

/** Confirms what was asked for at the address that the link was sent to; tells how much that was. */
export async function confirmByLink(ctx: Context, token: string): Promise<number> {
  const subscriber = await findSubscriber(ctx.whole, { token })
  if (subscriber === null) throw gone()
  return act(ctx, { action: 'subscription.confirm', target: targetOf(subscriber) }, async (sql) => {
    const now = ctx.clock.now()
    const confirmed = await confirmSubscriptions(sql, subscriber.id, now - CONFIRM_MS, now)
    if (confirmed === 0) throw gone()
    return { result: confirmed, after: { confirmed } }
  })
}

/** Ends what is sent to whoever has the link, one thing or everything; tells how much that was. Refused (`not-found`) where nothing is sent any more. */
export async function endByLink(ctx: Context, token: string, only: number | null = null): Promise<number> {
  const subscriber = await findSubscriber(ctx.whole, { token })
  if (subscriber === null) throw new TidemarkError('not-found', { publicMessage: 'Nothing is sent to you from here.' })
  return act(ctx, { action: 'subscription.end', target: targetOf(subscriber) }, async (sql) => {
    const ended = await endSubscriptions(sql, subscriber.id, only)
    return { result: ended, after: { ended } }
  })
}

function targetOf({ id }: Subscriber) {
  return { kind: 'subscriber', key: String(id) } as const
}

function gone(): TidemarkError {
  const publicMessage =
    'There is nothing to confirm: it was confirmed or ended already, or more than a day has gone by. Subscribe anew on the page of what you want to be told of.'
  return new TidemarkError('not-found', { publicMessage })
}
