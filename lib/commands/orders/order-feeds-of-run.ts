import { areSameParameters, type Told, type WantedRun } from '#lib/commands/runs/take-run.ts'
import type { Sql } from '#lib/db/context.ts'
import {
  addSteps,
  findOpenOrder,
  getTold,
  insertOrder,
  joinOrder,
  listSteps,
  noteInLog,
  type WrittenFeed,
} from '#lib/db/runs/reload-orders.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { reloadedBy } from '#lib/domain/orders/order-words.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Refuses a run of a flow while an order of a feed it writes is open that runs the flow otherwise, or later. */
export async function requireNoOtherOrder(sql: Sql, flow: string, feeds: readonly WrittenFeed[], told: Told): Promise<void> {
  for (const feed of feeds) {
    const order = await findOpenOrder(sql, feed.id)
    const steps = order === undefined ? [] : (await listSteps(sql, order.id)).filter((step) => step.flow === flow)
    if (steps.some(({ state }) => state === 'waiting')) throw conflict(feed, `It will run ${flow} once what comes before it has succeeded.`)
    for (const { state, runId } of steps) {
      const running = state === 'running' && runId !== null ? await getTold(sql, runId) : null
      if (running !== null && !areSameParameters(running, told))
        throw conflict(feed, 'It was given other parameters. When it has ended, ask again.')
    }
  }
}

function conflict(feed: WrittenFeed, more: string): TidemarkError {
  return new TidemarkError('conflict', { publicMessage: `A reload of ${feed.name} goes on. ${more}`, feedKey: feed.key })
}

interface OrderedRun {
  runId: string
  feeds: readonly WrittenFeed[]
  actor: Actor
  at: Instant
  wanted: WantedRun
}

/** Lets the feeds that a run writes have it in their orders: the open one of each, else a new one. Answers the orders. What a worker does by itself is nobody's order. */
export async function orderFeedsOfRun(sql: Sql, { runId, feeds, actor, at, wanted }: OrderedRun): Promise<string[]> {
  if (actor.kind === 'worker') return []
  const { flow, parameters, requestedBy: orderedBy } = wanted
  const orders: string[] = []
  let isNew = false
  for (const { id: feedId } of feeds) {
    const open = await findOpenOrder(sql, feedId)
    const orderId = open?.id ?? (await insertOrder(sql, { feedId, at, actorKind: actor.kind, orderedBy, reason: null, parameters }))
    if (open === undefined) isNew = true
    else if (orderedBy !== null) await joinOrder(sql, orderId, orderedBy)
    if (!(await listSteps(sql, orderId)).some((step) => step.runId === runId))
      await addSteps(sql, orderId, [{ kind: 'flow', name: flow, runId }])
    orders.push(orderId)
  }
  if (isNew) await noteInLog(sql, runId, at, reloadedBy({ orderedBy, reason: null }))
  return orders
}
