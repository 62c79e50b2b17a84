import type { Context } from '#lib/db/context.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Message } from '#lib/notifiers/notifier.ts'

/** Whom something is decided for, and when. */
export interface Receiver {
  key: string
  routes: readonly Route[]
  /** Of who has subscribed: the database as they may see it now. Null: a channel, which hears of all that its routes lead to. */
  reader: Context | null
  now: Instant
}

/** One thing to tell a receiver, of all that waits about it. */
export interface Item {
  /** The rows of the outbox it answers; the first names the message. */
  ids: string[]
  notBefore: Instant
  /** Whose quiet hours and digest count. */
  route: Route | null
  /** What came later about the same thing went out already. */
  isOvertaken: boolean
  /** It tells that something is over, or well. */
  isOver: boolean
  /** How long after it is told that its incident goes on; null: nobody is reminded of it. */
  remind: { incidentId: number; afterMs: number } | null
  /** What it says as things stand when it is sent; null: there is no such thing any more. */
  compose(): Promise<Message | null>
}

/** What is told of what waits, and what is not. */
export interface Decision {
  items: Item[]
  dropped: { ids: string[]; why: string }[]
}
