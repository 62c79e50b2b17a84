import { subscribedReader } from '#lib/access/subscriptions/subscribed-reader.ts'
import type { Context } from '#lib/db/context.ts'
import { findSubscriber, listSubscriptions, receiverOf, type Subscription } from '#lib/db/messages/subscribers.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import { handOver } from '#lib/notifiers/email/hand-over.ts'
import { type LetterFoot, renderNotice } from '#lib/notifiers/email/render.ts'
import { asNotice } from '#lib/notifiers/kit/as-notice.ts'
import { isNews } from '#lib/notifiers/notifier.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import type { Lookup } from '#lib/platform/secrets/secrets.ts'
import type { Channel, OpenedReceiver } from './channels.ts'
import { openMail } from './open-mail.ts'

/** Letters a day to one who subscribed. */
const BUDGET = 20

/** Who subscribed, with what they see now; to one who may see nothing any more, or is gone, nothing is sent. */
export async function openSubscriber(ctx: Context, id: number, lookup: Lookup): Promise<OpenedReceiver> {
  const subscriber = await findSubscriber(ctx.whole, { id })
  const reader = subscriber === null ? null : await subscribedReader(ctx, subscriber)
  const style = { gathers: true, budget: BUDGET }
  if (subscriber === null || reader === null)
    return { ...style, channel: { open: false, lasting: true, problem: 'Nobody is written to there any more.' }, routes: [], reader: ctx }
  const own = (await listSubscriptions(ctx.whole, id, ctx.clock.now())).filter(({ isConfirmed }) => isConfirmed)
  const channel = await openAddress(ctx, { address: reader.address, token: subscriber.token }, lookup)
  return { ...style, channel, routes: routesOf(receiverOf(id), own), reader: reader.context }
}

function routesOf(key: string, own: readonly Subscription[]): Route[] {
  const keysOf = (kind: Subscription['kind']) => own.flatMap((one) => (one.kind === kind && !one.isGone ? [one.key] : []))
  const anything = { to: [key], groups: [], feeds: [], owners: [], severity: null, place: null, events: ['incidents'] as const }
  const route = { ...anything, zone: 'UTC', quiet: null, digest: [], remindMs: null }
  const [groups, feeds] = [keysOf('group'), keysOf('feed')]
  return [...(groups.length === 0 ? [] : [{ ...route, groups }]), ...(feeds.length === 0 ? [] : [{ ...route, feeds }])]
}

async function openAddress(ctx: Context, { address, token }: { address: string; token: string }, lookup: Lookup): Promise<Channel> {
  const closed = (problem: string): Channel => ({ open: false, lasting: false, problem })
  try {
    const [mail, page] = await Promise.all([openMail(ctx.whole, lookup), getAddressedPage(ctx)])
    if (!mail.open) return closed(mail.problem)
    const foot = footOf(page.url.replace(/\/+$/, ''), token)
    return {
      open: true,
      fingerprint: '',
      wants: isNews,
      takes: () => true,
      send: (message, signal) => {
        const text = renderNotice(asNotice(message), foot)
        return handOver(
          mail.smtp,
          { ...text, from: mail.from, to: address, id: message.id, headers: headersOf(foot) },
          { now: ctx.clock.now(), signal },
        )
      },
    }
  } catch (error) {
    return closed(toPublicMessage(error))
  }
}

function footOf(url: string, token: string): LetterFoot & { leave: string } {
  return {
    words: 'You get this letter because you subscribed. What you are written to of, and an end to it:',
    link: `${url}/subscriptions/${token}`,
    leave: `${url}/api/subscriptions/${token}/leave`,
  }
}

/** By which a mail program ends it in one step (RFC 2369, RFC 8058). */
function headersOf({ leave }: { leave: string }): Record<string, string> {
  return { 'List-Unsubscribe': `<${leave}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}
