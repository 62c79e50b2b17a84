import { recompute } from '#lib/commands/status/recompute.ts'
import { checkOutcome, type Undisturbed } from './crash-at.ts'
import { type ClosedGate, closeGate, GATE_MS, type GateName } from './gate.ts'
import type { Harness, Scene } from './harness.ts'
import { watchLake } from './lake-view.ts'
import { type OrderPage, openOrderPage } from './order-page.ts'
import { type CrashFlow, SCENARIOS } from './scenario.ts'
import type { WorkerProcess } from './worker-process.ts'

const FEED = 'courses'
const UPSTREAM = 'terms'
/** Where a worker is killed also in short; a crash point of its own there shows nothing more. */
export const MIDDLE_OF_RUN = 'in the middle of replacing terms' satisfies GateName

/**
 * Two people and a program press twenty times to have a late feed reloaded whose upstream is late, too, while one worker after the
 * other is killed: before the run begins, in its middle, and between the two steps. Then one is killed while it stops what was
 * cancelled. In short, one is killed, in the middle of the run. Answers everything that is not as it should be.
 */
export async function crashOrders(harness: Harness, expected: Undisturbed, isShort: boolean): Promise<string[]> {
  const scene = await harness.scene(SCENARIOS.records, 'orders')
  const lake = watchLake(scene.lakeUrl, SCENARIOS.records.look)
  let page: OrderPage | undefined
  try {
    await makeLate(scene)
    page = await openOrderPage(scene)
    const { last, problems } = await pressTwenty(scene, page, isShort)
    problems.push(...(await checkOutcome(scene, await listRuns(scene, (await page.facts(FEED)).id), expected, await lake.stop())))
    if (!isShort) problems.push(...(await cancelAndDie(scene, page, last)))
    return [...problems, ...(await checkNothingIsOpen(scene))]
  } finally {
    await lake.stop()
    await page?.close()
    await scene.close()
  }
}

/** The loads of yesterday were two days before it. */
async function makeLate({ ctx }: Scene): Promise<void> {
  await ctx.whole.query("update arrival set at = at - interval '2 days', recorded_at = recorded_at - interval '2 days'")
  await recompute(ctx, { withCurrentPolicy: true })
}

async function pressTwenty(scene: Scene, page: OrderPage, isShort: boolean): Promise<{ last: WorkerProcess; problems: string[] }> {
  const orders = await Promise.all(Array.from({ length: 8 }, () => page.press(page.ada, FEED)))
  const watch = page.watch(FEED)
  try {
    await watch.until(/^Late .*term waits for a worker.*course waits for its turn/)
    if (!isShort) await dieAt(scene, 'between an order and its run')
    await dieAt(scene, MIDDLE_OF_RUN, async () => {
      for (let i = 0; i < 6; i += 1) orders.push(await page.press(page.bela, FEED, true), await page.press(page.program, FEED))
    })
    await letAMinutePass(scene)
    await watch.until(/term runs .*No sign of life for .*its worker is lost/)
    if (!isShort) {
      await dieAt(scene, 'between two steps of an order')
      await watch.until(/term has ended .*course waits for its turn/)
    }
    const last = scene.startWorker()
    await watch.until(/^Fresh .*Fresh again since.*term done.*course done/)
    return { last, problems: [...(await watch.stop()), ...(await checkOneOrder(scene, orders))] }
  } finally {
    await watch.stop()
  }
}

async function listRuns({ ctx }: Scene, order: string): Promise<{ flow: CrashFlow; runId: string }[]> {
  const { rows } = await ctx.whole.query<{ flow: CrashFlow; runId: string }>(
    'select flow, run_id::text as "runId" from reload_step where order_id = $1',
    [order],
  )
  return rows
}

/** However often it was pressed: one order, on which all stand, and one run of each flow, which went on where it was. */
async function checkOneOrder({ ctx }: Scene, orders: readonly string[]): Promise<string[]> {
  const { rows } = await ctx.whole.query<{ found: string }>(
    `select json_build_object(
       'orders', (select json_agg(json_build_object('id', id, 'by', ordered_by, 'joined', (select array_agg(x order by x) from unnest(joined_by) x))) from reload_order where id = any($1::uuid[])),
       'runs', (select json_agg(json_build_array(flow, state, attempt) order by created_at) from run
         where trigger = 'manual' and created_at >= (select min(created_at) from reload_order where id = any($1::uuid[]))),
       'presses', (select least(20, count(*)) from audit where action = 'feed.reload' and refusal is null))::text as found`,
    [orders],
  )
  const [order] = orders
  const expected = {
    orders: [{ id: order, by: 'Ada', joined: ['Bela', 'nightly (token of Bela)'] }],
    runs: [
      ['term', 'completed', 2],
      ['course', 'completed', 1],
    ],
    presses: 20,
  }
  const found: unknown = JSON.parse(rows[0]?.found ?? 'null')
  const isOne = new Set(orders).size === 1 && JSON.stringify(found) === JSON.stringify(expected)
  return isOne ? [] : [`twenty presses led to ${rows[0]?.found}, and were told of the orders ${[...new Set(orders)].join(', ')}`]
}

/** What was cancelled and lost its worker ends as cancelled, and another order can be given. */
async function cancelAndDie(scene: Scene, page: OrderPage, worker: WorkerProcess): Promise<string[]> {
  const gate = await closeGate(scene, 'between a commit and the ledger', 1)
  const first = await page.press(page.ada, UPSTREAM)
  const watch = page.watch(UPSTREAM)
  let next = ''
  try {
    await die(gate, worker, async () => {
      worker.freeze()
      await page.cancel(page.bela, first)
      await watch.until(/term is being stopped/)
    })
    await letAMinutePass(scene)
    scene.startWorker()
    await watch.until(/term cancelled/)
    next = await page.press(page.ada, UPSTREAM)
    await watch.until(/It was fresh, and still is.*term done/)
  } finally {
    await watch.stop()
  }
  return [...(await watch.stop()), ...(next === first ? ['whoever pressed after the cancel stood on what was cancelled'] : [])]
}

async function dieAt(scene: Scene, name: GateName, meanwhile?: () => Promise<void>): Promise<void> {
  const gate = await closeGate(scene, name, 1)
  await die(gate, scene.startWorker(), meanwhile)
}

/** Kills a worker once it stands at a gate, after what is done meanwhile. */
async function die(gate: ClosedGate, worker: WorkerProcess, meanwhile?: () => Promise<void>): Promise<void> {
  try {
    if (!(await gate.reached(GATE_MS))) throw new Error(`the worker never came to the point:\n${worker.log().slice(-2000)}`)
    await meanwhile?.()
    await worker.kill()
    await gate.disarm()
  } finally {
    await gate.close()
  }
}

/** What a worker that is gone has written is a minute older than it is: its lease has run out, and its silence has lasted. */
async function letAMinutePass({ ctx }: Scene): Promise<void> {
  await ctx.whole.query(`
    with gone as (update run set lease_until = lease_until - interval '1 minute' where state = 'running' returning id),
      lines as (update run_log set at = at - interval '1 minute' where run_id in (select id from gone))
    update run_task set started_at = started_at - interval '1 minute', ended_at = ended_at - interval '1 minute' where run_id in (select id from gone)`)
}

async function checkNothingIsOpen({ ctx }: Scene): Promise<string[]> {
  const { rows } = await ctx.whole.query<{ open: string }>(
    `select 'order ' || id as open from reload_order where state = 'open' union all select 'run of ' || flow from run where trigger = 'manual' and ended_at is null`,
  )
  return rows.map(({ open }) => `left open for ever: ${open}`)
}
