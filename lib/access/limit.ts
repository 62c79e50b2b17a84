import type { Context } from '#lib/db/context.ts'
import { countOrder, countTry } from '#lib/db/people/tries.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { standingForMore, withoutEntry } from './act.ts'
import { KnownUntil } from './known-until.ts'
import { tooMany, triesOf } from './tries.ts'

/** What one may order, done or not; more is a script gone wild. */
const ORDERS = { max: 120, windowMs: MINUTE_MS } as const
/** Of refused orders each leaves an entry in the audit: so many may be written. */
const REFUSED = { max: 200, windowMs: 15 * MINUTE_MS } as const
const WHAT = 'orders in a short time'

const full = new KnownUntil()

/** Where an order was sent from. What another page lets a browser send is counted apart: it keeps nobody from ordering here. */
export type Sender = 'own page' | 'elsewhere'

/**
 * Counts an order before anything of it is looked at, by who gives it, or by their address where nobody knows them; refused, with the time from
 * which it may be tried again, when there were too many or too many were refused, whatever process was asked. The first refusal of a quarter of
 * an hour leaves an entry in the audit that stands for all of them.
 */
export async function requireOrderRoom(ctx: Context, sender: Sender): Promise<void> {
  const who = whoOrders(ctx, sender)
  if (who === null) return
  const now = ctx.clock.now()
  const knownUntil = full.of(ctx, who)
  if (knownUntil > now) throw withoutEntry(tooMany(WHAT, knownUntil, now))
  const until = await fullUntil(ctx, who, now)
  if (until === null) return
  full.note(ctx, who, until)
  const { tries } = await countTry(ctx.whole, `orders-full:${who}`, now, REFUSED.windowMs)
  const error = tooMany(WHAT, until, now)
  throw tries === 1 ? standingForMore(error, REFUSED.windowMs) : withoutEntry(error)
}

/** Counts an order that was refused, whatever the reason; that it could not be counted is said in the log, so that the reason itself is told. */
export async function countRefused(ctx: Context, sender: Sender): Promise<void> {
  const who = whoOrders(ctx, sender)
  if (who === null) return
  try {
    await countTry(ctx.whole, refusedKey(who), ctx.clock.now(), REFUSED.windowMs)
  } catch (failure) {
    ctx.log.error('a refused order could not be counted', { error: toInternalMessage(failure) })
  }
}

async function fullUntil(ctx: Context, who: string, now: Instant): Promise<Instant | null> {
  const { orders, refused } = await countOrder(ctx.whole, { orders: `orders:${who}`, refused: refusedKey(who) }, now, ORDERS.windowMs)
  if (refused !== null && refused.tries >= REFUSED.max && refused.since + REFUSED.windowMs > now) return refused.since + REFUSED.windowMs
  return orders.tries > ORDERS.max ? orders.since + ORDERS.windowMs : null
}

function refusedKey(who: string): string {
  return `refused:${who}`
}

/** What orders are counted by; null: the command line and workers, who have the database anyway. */
function whoOrders({ actor, from }: Context, sender: Sender): string | null {
  if (actor.kind === 'terminal' || actor.kind === 'worker') return null
  const who = actor.id === null ? (triesOf(null, from).address ?? 'address:-') : `${actor.kind}:${actor.id}`
  return sender === 'own page' ? who : `${who}:elsewhere`
}
