import { z } from 'zod'
import { act } from '#lib/access/act.ts'
import { orderFeedsOfRun, requireNoOtherOrder } from '#lib/commands/orders/order-feeds-of-run.ts'
import type { Context } from '#lib/db/context.ts'
import { lookSoon } from '#lib/db/inbox/file-looks.ts'
import { listFeedsOfFlow, lockOrders } from '#lib/db/runs/reload-orders.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { areSameParameters, insertRun, listOpenRuns, nameOf, type OpenRun, requireParameters, type Told, takeRun } from './take-run.ts'

const inputSchema = z.object({
  flow: z.string(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** Whose name the run bears, where it is not the actor's. */
  requestedBy: z.string().max(200).nullable().optional(),
})
export type RunRequest = z.input<typeof inputSchema>

/** A run that has been asked for; `waitsFor` is the one of the same flow that goes on before it may begin. */
export interface RequestedRun {
  runId: string
  waitsFor: string | null
  /** It was asked for, or went on, before. */
  isJoined: boolean
}

/** Runs of one flow, with different parameters, that may wait at the same time. */
const WAITING_MAX = 20

/**
 * Asks for a run of a flow now, outside its schedule, which orders the reload of all feeds it writes. One that does the same and goes on or waits is joined; while the
 * order of such a feed is open, other parameters are refused. A dry run, and a run of a flow that writes no feed, is no order: the same again is refused, another waits its turn.
 */
export async function requestRun(ctx: Context, request: RunRequest): Promise<RequestedRun> {
  const input = inputSchema.parse(request)
  const now = ctx.clock.now()
  const { requestedBy = nameOf(ctx) } = input
  return act(ctx, { action: 'run.request', target: { kind: 'flow', key: input.flow } }, async (sql) => {
    await lockOrders(sql)
    const told = await requireParameters(sql, input.flow, input.parameters)
    const open = await listOpenRuns(sql, input.flow)
    const feeds = told['dryRun'] === true ? [] : await listFeedsOfFlow(sql, input.flow)
    if (feeds.length === 0) refuseTheSame(input.flow, open, told)
    else await requireNoOtherOrder(sql, input.flow, feeds, told)
    refuseTooMany(input.flow, open)
    const wanted = { flow: input.flow, parameters: input.parameters, requestedBy }
    const before = open.find((run) => run.isUnderWay)
    const isNew = feeds.length === 0 && !open.some((run) => run.isPutOff && areSameParameters(run.told, told))
    await lookSoon(sql, input.flow, now)
    const runId = isNew ? await insertRun(sql, now, wanted, before !== undefined) : await takeRun(sql, now, wanted)
    const orders = await orderFeedsOfRun(sql, { runId, feeds, actor: ctx.actor, at: now, wanted })
    const isJoined = open.some(({ id }) => id === runId)
    const result = { runId, waitsFor: isJoined || before === undefined ? null : before.id, isJoined }
    return { result, after: { run: runId, parameters: told, ...(orders.length > 0 && { orders }), ...(isJoined && { joined: true }) } }
  })
}

function refuseTheSame(flow: string, open: readonly OpenRun[], told: Told): void {
  const same = open.find((run) => !run.isStopping && !run.isPutOff && areSameParameters(run.told, told))
  if (same === undefined) return
  const publicMessage = same.isUnderWay
    ? `A run of ${flow} that does the same goes on already. When it has ended, ask again.`
    : `A run of ${flow} has been asked for already and has not begun yet.`
  throw new TidemarkError('conflict', { publicMessage, runId: same.id })
}

function refuseTooMany(flow: string, open: readonly OpenRun[]): void {
  if (open.length > WAITING_MAX)
    throw new TidemarkError('conflict', { publicMessage: `${WAITING_MAX} runs of ${flow} wait already. When some have ended, ask again.` })
}
