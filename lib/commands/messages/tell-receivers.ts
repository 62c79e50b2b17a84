import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { enqueueReminder } from '#lib/db/messages/incident-news.ts'
import type { MessageOutcome } from '#lib/db/messages/messages.ts'
import {
  bindMessage,
  dropWaiting,
  holdWaiting,
  listDueReceivers,
  loadSent,
  loadWaiting,
  recordBound,
  type Waiting,
} from '#lib/db/messages/receivers.ts'
import { subscriberIn } from '#lib/db/messages/subscribers.ts'
import { getAddressedPage, getPage, getRouting, type Routing } from '#lib/db/settings.ts'
import { HOLDS, type Pace, standingFirst, tellAt } from '#lib/domain/messages/pace.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { addDays, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { type Channel, type OpenedReceiver, openChannel } from './channels.ts'
import { composeBound, type Held, NAMED_MAX } from './compose-bound.ts'
import { decide, type Timed } from './decide.ts'
import type { Item, Receiver } from './decision.ts'
import { AT_ONCE, deliver, LEASE_MS, type SendOptions } from './deliver.ts'
import type { AskGoodAgain } from './incident-turns.ts'
import { countOutcomes, type OutcomeCounts } from './outcomes.ts'
import { openSubscriber } from './subscriber.ts'

/** While some receivers keep us waiting others become due. */
const LOOK_AGAIN_MS = SECOND_MS

export interface TellOptions extends SendOptions {
  goodAgain: AskGoodAgain
}

/** One message that is to be sent now. */
interface Bound {
  carrierId: string
  attempts: number
  createdAt: Instant
  items: Timed[]
  held: Held
}

/**
 * Tells the receivers of `routes`, and those who subscribed, what is due for them, each by what it knows already: of all that waits about one thing at most one message. One worker at a time decides
 * for a receiver and binds what goes out together; a worker that dies after that leaves a message that goes out once more, the same under the same id.
 */
export async function tellReceivers(ctx: Context, options: TellOptions): Promise<OutcomeCounts> {
  const { channels, routes } = await getRouting(ctx.pool)
  const goodAgain = once(ctx, options.goodAgain)
  const outcomes: MessageOutcome[] = []
  const busy = new Map<string, Promise<void>>()
  const seenAt = new Map<string, Instant>()
  while (!options.signal.aborted) {
    const now = ctx.clock.now()
    for (const key of await listDueReceivers(ctx.pool, now)) {
      if (busy.size >= AT_ONCE || busy.has(key) || now - (seenAt.get(key) ?? Number.NEGATIVE_INFINITY) < LOOK_AGAIN_MS) continue
      seenAt.set(key, now)
      const told = tellReceiver(ctx, { key, now }, { channels, routes }, { ...options, goodAgain }).then(
        (own) => void outcomes.push(...own),
        (error) => ctx.log.error('a receiver could not be told', { channel: key, error: toInternalMessage(error) }),
      )
      busy.set(
        key,
        told.finally(() => busy.delete(key)),
      )
    }
    if (busy.size === 0) break
    await Promise.race([...busy.values(), ctx.clock.sleep(LOOK_AGAIN_MS, options.signal)])
  }
  await Promise.all(busy.values())
  return countOutcomes(outcomes)
}

async function tellReceiver(ctx: Context, who: Pick<Receiver, 'key' | 'now'>, routing: Routing, options: TellOptions) {
  const subscriberId = subscriberIn(who.key)
  const opened =
    subscriberId === null ? await openDeclared(ctx, who.key, routing, options) : await openSubscriber(ctx, subscriberId, options.lookup)
  const { channel, routes, reader, gathers, budget } = opened
  const receiver: Receiver = { ...who, routes, reader }
  const style = { gathers, budget, goodAgain: options.goodAgain }
  const bound = await withTransaction(ctx, (sql) => bindDue(ctx, sql, receiver, style))
  const outcomes: MessageOutcome[] = []
  for (const message of bound) outcomes.push(await send(ctx, receiver, message, channel, options))
  return outcomes
}

/** A channel of the catalogue. */
async function openDeclared(
  ctx: Context,
  key: string,
  { channels, routes }: Routing,
  { notifiers, lookup }: SendOptions,
): Promise<OpenedReceiver> {
  const written = channels.find((channel) => channel.key === key) ?? null
  const notifier = notifiers.get(written?.kind ?? '')
  const channel = await openChannel(ctx, { name: key, written: written?.settings ?? null }, notifier, lookup)
  return { channel, routes, reader: null, gathers: notifier?.gathers === true, budget: written?.budget ?? null }
}

async function send(ctx: Context, { key }: Receiver, message: Bound, channel: Channel, options: SendOptions): Promise<MessageOutcome> {
  const { carrierId, attempts, createdAt, items, held } = message
  const outcome = await deliver(
    ctx,
    channel,
    { receiver: key, attempts, createdAt },
    async () => {
      const told = await Promise.all(
        standingFirst(items)
          .slice(0, NAMED_MAX)
          .map(({ compose }) => compose()),
      )
      const messages = told.filter((one) => one !== null)
      const more = Math.max(0, items.length - NAMED_MAX)
      return composeBound({ receiver: key, carrierId, createdAt }, { messages, more }, held, await getAddressedPage(ctx))
    },
    options.signal,
  )
  await recordBound(ctx.pool, carrierId, attempts, outcome)
  if (outcome.nextAttemptAt !== null || outcome.givenUpAt !== null)
    ctx.log.warn('a message was not delivered', { channel: key, attempts, problem: outcome.problem })
  return outcome
}

interface Style {
  gathers: boolean
  budget: number | null
  goodAgain: AskGoodAgain
}

/** Decides what a receiver is told now, puts off what has to wait, and binds what goes out. */
async function bindDue(ctx: Context, sql: Sql, receiver: Receiver, { gathers, budget, goodAgain }: Style): Promise<Bound[]> {
  const waiting = await loadWaiting(sql, receiver.key)
  const again = await bindAgain(ctx, sql, receiver, waiting, goodAgain)
  const { items, dropped } = await decide(
    ctx,
    sql,
    receiver,
    waiting.filter(({ carrierId }) => carrierId === null),
    goodAgain,
  )
  for (const { ids, why } of dropped) await dropWaiting(sql, ids, why)
  const pace = await paceOf(sql, receiver, budget)
  const due = items.map((item) => ({ item, ...tellAt(receiver.now, item, pace) }))
  const held = due.filter(({ at }) => at > receiver.now)
  await holdWaiting(
    sql,
    held.flatMap(({ item, at, hold }) => item.ids.map((id) => ({ id, at, hold }))),
  )
  const ready = due.filter(({ at }) => at <= receiver.now).map(({ item }) => item)
  const messages = gathers && ready.length > 0 ? [ready] : ready.map((item) => [item])
  const bound: Bound[] = []
  for (const [index, own] of messages.entries()) {
    const left = budget === null ? null : budget - pace.sentToday - index
    if (left !== null && left < 1) await putOff(sql, own, pace.tomorrowAt)
    else bound.push(await bind(sql, receiver, own, waiting, { budget, isLastOfDay: left === 1 }))
  }
  return [...again, ...bound]
}

async function putOff(sql: Sql, items: readonly Item[], at: Instant): Promise<void> {
  await holdWaiting(
    sql,
    items.flatMap(({ ids }) => ids.map((id) => ({ id, at, hold: 'budget' as const }))),
  )
}

async function bind(
  sql: Sql,
  { key, now }: Receiver,
  items: Timed[],
  waiting: readonly Waiting[],
  more: Pick<Held, 'budget' | 'isLastOfDay'>,
): Promise<Bound> {
  const ids = items.flatMap((item) => item.ids)
  await bindMessage(sql, ids, { now, leaseMs: LEASE_MS })
  for (const { ids: own, remind } of items) {
    if (remind === null) continue
    const { incidentId, afterMs } = remind
    await enqueueReminder(sql, now, { receiver: key, incidentId, carrierId: own[0] ?? '', at: now + afterMs })
  }
  const rows = waiting.filter(({ id }) => ids.includes(id))
  const carrier = rows.find(({ id }) => id === ids[0])
  return { carrierId: ids[0] ?? '', attempts: 1, createdAt: carrier?.createdAt ?? now, items, held: { ...heldOf(rows), ...more } }
}

function heldOf(rows: readonly Waiting[]): Pick<Held, 'hold' | 'since'> {
  const hold = HOLDS.findLast((one) => rows.some((row) => row.hold === one)) ?? null
  return { hold, since: Math.min(...rows.map(({ createdAt }) => createdAt)) }
}

/** Messages that went out before and may not have arrived: each goes again as it was bound, unless something later about the same was told meanwhile. */
async function bindAgain(
  ctx: Context,
  sql: Sql,
  receiver: Receiver,
  waiting: readonly Waiting[],
  goodAgain: AskGoodAgain,
): Promise<Bound[]> {
  const bound: Bound[] = []
  for (const [carrierId, rows] of Map.groupBy(waiting, (row) => row.carrierId)) {
    if (carrierId === null || rows.some(({ dueAt }) => dueAt > receiver.now)) continue
    const { items } = await decide(ctx, sql, receiver, rows, goodAgain)
    const ids = [carrierId, ...rows.flatMap(({ id }) => (id === carrierId ? [] : [id]))]
    const quiet = items.map((item) => tellAt(receiver.now, item, UNHURRIED).at)
    if (items.every(({ isOvertaken }) => isOvertaken)) await dropWaiting(sql, ids, 'What came later was told meanwhile.')
    else if (Math.min(...quiet) > receiver.now)
      await holdWaiting(
        sql,
        ids.map((id) => ({ id, at: Math.min(...quiet), hold: null })),
      )
    else {
      await bindMessage(sql, ids, { now: receiver.now, leaseMs: LEASE_MS })
      const carrier = rows.find(({ id }) => id === carrierId) ?? rows[0]
      if (carrier === undefined) continue
      const held = { ...heldOf(rows), budget: null, isLastOfDay: false }
      bound.push({ carrierId, attempts: carrier.attempts + 1, createdAt: carrier.createdAt, items, held })
    }
  }
  return bound
}

/** Of a message that is sent again only quiet hours count. */
const UNHURRIED: Pace = { lastSentAt: null, sentToday: 0, budget: null, tomorrowAt: 0 }

async function paceOf(sql: Sql, { key, now }: Receiver, budget: number | null): Promise<Pace> {
  const { zone } = await getPage(sql)
  const today = localDay(now, zone)
  const sent = await loadSent(sql, key, startOfDay(today, zone))
  return { ...sent, budget, tomorrowAt: startOfDay(addDays(today, 1), zone) }
}

/** Asked for at most once for all who see the same; what cannot be worked out is left out, and holds up no message. */
function once(ctx: Context, ask: AskGoodAgain): AskGoodAgain {
  const asked = new Map<string | null, ReturnType<AskGoodAgain>>()
  return (asking) => {
    const { audience } = asking.actor
    const found =
      asked.get(audience) ??
      ask(asking).catch((error) => {
        ctx.log.error('when something is good again could not be worked out for messages', { error: toInternalMessage(error) })
        return new Map()
      })
    asked.set(audience, found)
    return found
  }
}
