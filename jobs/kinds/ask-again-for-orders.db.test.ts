import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelOrder } from '#lib/commands/orders/cancel-order.ts'
import { stepInWords } from '#lib/domain/orders/order-words.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type PretendScheduler, schedulerConnector } from '#lib/testing/connectors/pretend-scheduler.ts'
import { openJobOrderWorld } from '#lib/testing/runs/job-order-world.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { readOrder } from '#lib/testing/runs/order-world.ts'
import askForOrders from './ask-for-orders.ts'

const world = await openJobOrderWorld()
const { ctx, ada, ask, askLater, order, stepOf, theRun } = world
let etl: PretendScheduler

beforeEach(async () => {
  etl = await world.beginAnew()
})
afterAll(() => world.database.drop())

const lost = () => new TidemarkError('unavailable', { publicMessage: 'The scheduler cannot be reached.', retryable: true })
const wordsOf = async (id: string) => {
  const step = await stepOf(id)
  return step && stepInWords(step)
}

describe('a job that its system lists late', () => {
  beforeEach(() => {
    etl.listsAfterMs = MINUTE_MS
    etl.startFaults = [{ error: lost(), hasStarted: true }]
  })

  it('is looked for, not started again, where the answer was lost', async () => {
    const id = await order()
    await ask()
    expect(await stepOf(id)).toMatchObject({ problem: 'The scheduler cannot be reached.', mayHaveBegun: true })
    await askLater()
    const problem =
      'The scheduler may have started courses already, and does not list its run yet: it is looked for before it is started again.'
    expect(await stepOf(id)).toMatchObject({ problem, mayHaveBegun: true })
    expect(await wordsOf(id)).toBe('is looked for, since it may have begun')
    for (const ms of [20 * SECOND_MS, 25 * SECOND_MS]) await askLater(ms)
    expect(await stepOf(id)).toMatchObject({ problem: null, mayHaveBegun: false, external: { externalId: '1' } })
    etl.finish(etl.begin(theRun()))
    await askLater()
    expect([await readOrder(ctx, id), etl.runs.length]).toEqual(['done: etl/courses done', 1])
  })

  it('is not started again by who comes after a worker that was stopped in the middle of it', async () => {
    const id = await order()
    const stop = new AbortController()
    etl.meanwhile = async () => stop.abort()
    const services = { ...testServices(ctx, { connectors: schedulerConnector(etl) }), signal: stop.signal }
    await askForOrders.run(services, { connection: 'etl' })
    etl.meanwhile = async () => {}
    expect(await stepOf(id)).toMatchObject({ state: 'running', problem: null, mayHaveBegun: true })
    await ask()
    expect([etl.wishes.length, etl.runs.length]).toEqual([2, 1])
    await askLater(MINUTE_MS)
    expect(await stepOf(id)).toMatchObject({ external: { externalId: '1' } })
    expect(etl.runs).toHaveLength(1)
  })

  it('is said to have begun, perhaps, when its order is cancelled before it is seen', async () => {
    const id = await order()
    await ask()
    await cancelOrder(ada, { orderId: id })
    expect(await wordsOf(id)).toBe('no longer waited for; its run may have begun in etl')
  })

  it('is started again where no list shows it after two minutes, since it never began', async () => {
    etl.startFaults = [{ error: lost(), hasStarted: true }]
    const id = await order()
    await ask()
    etl.delete(theRun())
    for (const seconds of [20, 60]) await askLater(seconds * SECOND_MS)
    expect(etl.runs).toHaveLength(0)
    await askLater(50 * SECOND_MS)
    expect([etl.runs.length, (await stepOf(id))?.problem]).toEqual([1, null])
  })
})

it('a step that cannot be settled holds up no other of its connection, and is asked about again', async () => {
  await ctx.whole.query("update asset set job = 'etl/board' where subject_id = 24")
  const [stuck, other] = [await order(), await order(ada, 'board')]
  await ctx.whole.query(`
    create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
    create trigger stuck before update on reload_step for each row when (new.problem is distinct from old.problem and new.order_id = '${stuck}')
      execute function stuck()`)
  etl.startFaults = [
    { error: lost(), hasStarted: false },
    { error: lost(), hasStarted: false },
  ]
  await ask()
  expect(await stepOf(stuck)).toMatchObject({ problem: null })
  expect(await stepOf(other)).toMatchObject({ problem: 'The scheduler cannot be reached.' })
  await ctx.whole.query('drop trigger stuck on reload_step')
  await askLater()
  for (const id of [stuck, other]) expect(await stepOf(id)).toMatchObject({ external: { state: 'scheduled' }, problem: null })
  await ctx.whole.query("update asset set job = 'looker/pdt' where subject_id = 24")
})
