import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { collectRuns } from '#jobs/worker/collect-runs.ts'
import { openConnection } from '#jobs/worker/connections.ts'
import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import { orderReload } from '#lib/commands/orders/order-reload.ts'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { getOrder } from '#lib/queries/runs/reload-order.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { openOrderWorld, readOrder } from '#lib/testing/runs/order-world.ts'
import { SYSTEMS_ELSEWHERE, type SystemElsewhere } from '#lib/testing/runs/systems-elsewhere.ts'
import askForOrders from './ask-for-orders.ts'

const { database, clock, ctx, ada } = await openOrderWorld()
const never = new AbortController().signal
let system: SystemElsewhere | null = null

afterEach(async () => {
  await system?.close()
  system = null
})
afterAll(() => database.drop())

/** The feed `courses` is written by the job of that system; nothing was ordered yet. */
async function begin(key: string) {
  const begun = await SYSTEMS_ELSEWHERE[key]?.(() => clock.now())
  if (begun === undefined) throw new Error(`no system ${key}`)
  system = begun
  const { settings, job, connector } = begun
  const document = { connections: { [key]: { kind: connector.kind, probe: '1m', ...settings } } }
  await ctx.whole.query('delete from reload_order')
  await ctx.whole.query('delete from external_run')
  await ctx.whole.query(
    `insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ($1, $2, 60000, true) on conflict (key) do update set runs_through = null`,
    [key, connector.kind],
  )
  await ctx.whole.query('update asset set flow = null, job = $1 where subject_id = 22', [`${key}/${job}`])
  await ctx.whole.query(`insert into catalogue_version (accepted_at, hash, document, schema) values ($1, $2, $3, '{}')`, [
    new Date(clock.now()),
    `${key} ${clock.now()}`,
    JSON.stringify(document),
  ])
  const services = (as: Connector = connector) => testServices(ctx, { connectors: new Map([[connector.kind, as]]) })
  const ask = (as?: Connector) => askForOrders.run(services(as), { connection: key })
  const later = (ms: number) => clock.set(clock.now() + ms)
  return {
    ...{ begun, connector, ask, later },
    press: async () => (await orderReload(ada, { feed: 'courses', reason: 'SAP is back' })).orderId,
    stepOf: async (id: string) => (await getOrder(ada, id))?.steps[0],
    /** What a look tells of runs, whoever began them. */
    async look() {
      const opened = await openConnection(services(), key, never)
      await withSession(opened.connector, opened.connection, (session) =>
        collectRuns(services(), key, (since) => session.runs?.(since) ?? [], { signal: never, onHeard: () => {} }),
      )
      const { rows } = await ctx.whole.query<{ state: string; error: string | null }>(
        'select state, error from external_run order by told_at, id',
      )
      return rows
    },
    async follow() {
      later(20 * SECOND_MS)
      await advanceOrders(ctx)
      await ask()
    },
  }
}

/** A worker that is killed when it has asked for a run, before it can note which one that is. */
function killedAfterStart(connector: Connector): { connector: Connector; killed: Promise<void> } {
  const { promise: killed, resolve } = Promise.withResolvers<void>()
  const open: Connector['open'] = async (connection) => {
    const session = await connector.open(connection)
    return {
      ...session,
      async start(job, wanted) {
        await session.start?.(job, wanted)
        resolve()
        return new Promise(() => {})
      },
    }
  }
  return { connector: { ...connector, open }, killed }
}

describe.each(Object.keys(SYSTEMS_ELSEWHERE))('a job of %s', (key) => {
  it('is started once, however often and by however many workers, shows its run and ends with its words', async () => {
    const { begun, press, ask, follow, stepOf } = await begin(key)
    const orders = await Promise.all([press(), press(), press()])
    const [id = ''] = orders
    expect(new Set(orders).size).toBe(1)
    await Promise.all([ask(), ask()])
    expect(await press()).toBe(id)
    await ask()
    expect(begun.begun()).toBe(1)
    const step = await stepOf(id)
    expect([step?.problem, step?.external?.state]).toEqual([null, expect.stringMatching(/^(running|scheduled)$/)])
    for (const name of begun.keys?.() ?? []) expect(name).toMatch(new RegExp(`${id}[/.]1$`))
    begun.fail()
    await follow()
    expect(await readOrder(ctx, id)).toBe(`failed: ${key}/${begun.job} failed`)
    const { words } = begun
    expect((await stepOf(id))?.problem).toEqual(typeof words === 'string' ? words : expect.stringMatching(words))
    expect(begun.begun()).toBe(1)
  })

  it('whose worker was killed between asking and noting is not started again: its run is found, going on or ended', async () => {
    for (const hasEnded of [false, true]) {
      const { begun, connector, press, ask, later, follow, stepOf } = await begin(key)
      if (hasEnded && begun.forgetsFailures) break
      const id = await press()
      const dying = killedAfterStart(connector)
      void ask(dying.connector)
      await dying.killed
      expect(await stepOf(id)).toMatchObject({ external: null, mayHaveBegun: true })
      later(MINUTE_MS)
      if (hasEnded) begun.fail()
      await ask()
      expect((await stepOf(id))?.external).toBeNull()
      later(3 * MINUTE_MS)
      await ask()
      expect(begun.begun()).toBe(1)
      expect(await stepOf(id)).toMatchObject({ mayHaveBegun: false, external: { state: hasEnded ? 'failed' : expect.any(String) } })
      if (!hasEnded) begun.fail()
      await follow()
      expect([await readOrder(ctx, id), begun.begun()]).toEqual([`failed: ${key}/${begun.job} failed`, 1])
      await system?.close()
    }
  })

  it('that somebody began there appears, is taken up by a reload, and ends as one run, where its system tells of it', async () => {
    const { begun, press, ask, look, later, stepOf } = await begin(key)
    if (begun.beginThere === undefined) return
    begun.beginThere()
    expect((await look()).filter(({ state }) => state !== 'completed')).toMatchObject([{ state: 'running' }])
    const id = await press()
    await ask()
    expect([begun.begun(), (await stepOf(id))?.external?.state]).toEqual([1, 'running'])
    later(MINUTE_MS)
    begun.fail()
    const { words } = begun
    const ended = { state: 'failed', error: typeof words === 'string' ? words : expect.stringMatching(words) }
    expect((await look()).filter(({ state }) => state !== 'completed')).toMatchObject([ended])
    expect((await look()).filter(({ state }) => state !== 'completed')).toMatchObject([ended])
    await advanceOrders(ctx)
    expect(await readOrder(ctx, id)).toBe(`failed: ${key}/${begun.job} failed`)
  })
})
