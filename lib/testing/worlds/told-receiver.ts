import { z } from 'zod'
import { tellReceivers } from '#lib/commands/messages/tell-receivers.ts'
import type { Context } from '#lib/db/context.ts'
import { putRouting } from '#lib/db/settings.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import { asNotice } from '#lib/notifiers/kit/as-notice.ts'
import { defineNotifier, isNews, type Message, type SendOutcome } from '#lib/notifiers/notifier.ts'

/** Without a condition and a delay; a test states only what matters to it. */
export function aRoute(more: Partial<Route> = {}): Route {
  const anything = { to: ['team'], groups: [], feeds: [], owners: [], severity: null, place: null }
  return { ...anything, events: ['feeds'], zone: 'America/New_York', quiet: null, digest: [], remindMs: null, ...more }
}

/** Lets routes lead to a channel of the name `team`. */
export function declareRoutes({ pool }: Context, routes: readonly Partial<Route>[], budget: number | null = null): Promise<void> {
  return putRouting(pool, { channels: [{ key: 'team', kind: 'chat', budget, settings: { url: '${URL}' } }], routes: routes.map(aRoute) })
}

/** What waits in the outbox: when it is due, and what holds it back. */
export async function waitingIn({ pool }: Context): Promise<{ at: number; hold: string | null }[]> {
  const { rows } = await pool.query<{ at: Date; hold: string | null }>(
    'select next_attempt_at as at, hold from outbox where next_attempt_at is not null order by id',
  )
  return rows.map(({ at, hold }) => ({ at: at.getTime(), hold }))
}

interface Behaviour {
  answers?: readonly SendOutcome[]
  /** Takes each notice by itself. */
  isAlone?: boolean
  goodAgain?: ReadonlyMap<number, GoodAgain>
}

/** That channel: it answers what it is told, and keeps what it got. */
export function channelThat(ctx: Context, { answers = [], isAlone = false, goodAgain = new Map() }: Behaviour = {}) {
  const sent: Message[] = []
  const channel = defineNotifier<unknown>({
    kind: 'chat',
    settings: z.object({ url: z.string() }),
    ...(!isAlone && { gathers: true as const }),
    wants: isNews,
    async send(_to, message) {
      sent.push(message)
      return answers[sent.length - 1] ?? { ok: true }
    },
  })
  const tell = (context = ctx) =>
    tellReceivers(context, {
      notifiers: new Map([['chat', channel]]),
      lookup: () => 'https://chat.example',
      signal: new AbortController().signal,
      goodAgain: async () => goodAgain,
    })
  const notice = (nth: number) => sent.slice(nth, nth + 1).map(asNotice)[0]
  return {
    sent,
    tell,
    notice,
    titles: () => sent.map((message) => asNotice(message).title),
    ids: () => sent.map(({ id }) => id),
    linesOf: (nth: number) => notice(nth)?.lines ?? [],
  }
}
