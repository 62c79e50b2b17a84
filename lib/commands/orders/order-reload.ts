import { z } from 'zod'
import { act } from '#lib/access/act.ts'
import { areSameParameters, nameOf, requireParameters } from '#lib/commands/runs/take-run.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { addSteps, findOpenOrder, insertOrder, joinOrder, lockOrders, type ReloadOrderRow } from '#lib/db/runs/reload-orders.ts'
import type { ReloadScope } from '#lib/domain/orders/steps-to-reload.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { advanceOrder } from './advance-orders.ts'
import { planOf } from './plan-of.ts'

const REASON_MAX = 500

const inputSchema = z.object({
  feed: z.string(),
  /** What the feed's own flow is told, where one flow alone loads it. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  reason: z.string().trim().nullable().default(null),
})
export type ReloadRequest = z.input<typeof inputSchema>

export interface OrderedReload {
  orderId: string
  /** It was open already: whoever presses again stands on the same order. */
  isJoined: boolean
}

interface OrderedFeed {
  id: number
  key: string
  name: string
  owner: string | null
}

const FEED = `
  select s.id, s.key, s.name, f.owner from subject s join feed f on f.subject_id = s.id
  where s.kind = 'feed' and s.key = $1 and s.removed_at is null`

/**
 * Orders the reload of a feed: what its plan runs, one after the other, the root first. While an order of the feed is open it is joined, and refused with other
 * parameters. Refused where nobody can load the feed, naming its owner.
 */
export function orderReload(ctx: Context, request: ReloadRequest): Promise<OrderedReload> {
  const { feed: key, parameters, reason } = inputSchema.parse(request)
  const target = { kind: 'feed' as const, key }
  return act(ctx, { action: 'feed.reload', target, reason: reason === '' ? null : reason }, async (sql) => {
    if ((reason ?? '').length > REASON_MAX)
      throw new TidemarkError('invalid', { publicMessage: `A reason has at most ${REASON_MAX} characters.` })
    await lockOrders(sql)
    const feed = (await sql.query<OrderedFeed>(FEED, [key])).rows[0]
    if (feed === undefined) throw new TidemarkError('not-found', { publicMessage: 'There is no such feed here.' })
    const open = await findOpenOrder(sql, feed.id)
    if (open !== undefined) return { result: await join(ctx, sql, feed, open, parameters), after: { order: open.id, joined: true } }
    const scope = await planOf(sql, feed.id)
    if (scope.steps.length === 0) throw nobodyLoads(feed, scope)
    await requireOwnParameters(sql, feed, scope, parameters)
    const at = ctx.clock.now()
    const order = { feedId: feed.id, at, actorKind: ctx.actor.kind, orderedBy: nameOf(ctx), reason: reason || null, parameters }
    const orderId = await insertOrder(sql, order)
    await addSteps(sql, orderId, scope.steps)
    await advanceOrder(sql, orderId, at)
    return { result: { orderId, isJoined: false }, after: { order: orderId, runs: scope.steps.map(({ name }) => name), parameters } }
  })
}

async function join(
  ctx: Context,
  sql: Sql,
  feed: OrderedFeed,
  open: ReloadOrderRow,
  parameters: Record<string, unknown>,
): Promise<OrderedReload> {
  if (!areSameParameters(open.parameters, parameters)) {
    const publicMessage = `A reload of ${feed.name} goes on with other parameters. When it has ended, order again.`
    throw new TidemarkError('conflict', { publicMessage, feedKey: feed.key })
  }
  const name = nameOf(ctx)
  if (name !== null) await joinOrder(sql, open.id, name)
  return { orderId: open.id, isJoined: true }
}

function nobodyLoads({ name, owner, key }: OrderedFeed, { elsewhere }: ReloadScope): TidemarkError {
  const ask = owner === null ? '' : ` Ask ${owner}.`
  const publicMessage = elsewhere.some(({ isOwn }) => isOwn)
    ? `${name} is loaded by a job of another system that Tidemark cannot start: somebody has to start it there.${ask}`
    : `Tidemark only watches ${name}: nothing here loads it.${ask}`
  return new TidemarkError('conflict', { publicMessage, feedKey: key })
}

async function requireOwnParameters(sql: Sql, feed: OrderedFeed, scope: ReloadScope, parameters: Record<string, unknown>): Promise<void> {
  if (Object.keys(parameters).length === 0) return
  if (parameters['dryRun'] !== undefined)
    throw new TidemarkError('invalid', { publicMessage: 'A dry run is no reload. Ask the flow for it.', feedKey: feed.key })
  const own = scope.steps.filter(({ isOwn }) => isOwn)
  const flows = own.filter(({ kind }) => kind === 'flow')
  const [flow] = flows
  const hasJob = own.length > flows.length || scope.elsewhere.some(({ isOwn }) => isOwn)
  if (flow === undefined || flows.length > 1 || hasJob)
    throw new TidemarkError('invalid', { publicMessage: noParameters(feed.name, flows.length, hasJob), feedKey: feed.key })
  await requireParameters(sql, flow.name, parameters)
}

/** Parameters are those of one flow that loads all of a feed: a job of another system takes none from here, and a part alone would be loaded otherwise than the rest. */
function noParameters(feed: string, flows: number, hasJob: boolean): string {
  if (flows === 0) return `${feed} is loaded by a job of another system, which takes no parameters from here. Order the reload without any.`
  const by = hasJob ? 'by a job of another system, too' : 'by several flows'
  return `${feed} is loaded ${by}, so a reload of it takes no parameters. Run the flow you mean from its own page.`
}
