import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobKind, JobServices } from '#jobs/worker/job-kind.ts'
import { loadKinds } from '#jobs/worker/load-kinds.ts'
import { planSweep } from '#jobs/worker/sweeps.ts'
import type { WakeUps } from '#jobs/worker/wake-ups.ts'
import { takeMessage } from '#lib/commands/inbox/take-message.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { turns } from '#lib/testing/clock/fake-clock.ts'
import { record, TOLD_CATALOGUE, type ToldWorld, toldWorld } from '#lib/testing/worlds/told-world.ts'

let world: ToldWorld
beforeEach(async () => {
  world = await toldWorld()
})
afterEach(() => world.database.drop())

/** Does what is asked for as the queue of wake-ups has it done: of each kind as many at once as it allows, each thing once at a time. */
class LimitedWakeUps implements WakeUps {
  readonly #services: JobServices
  readonly #kinds: ReadonlyMap<string, JobKind>
  readonly #under = new Map<string, Map<string, Promise<void>>>()

  constructor(services: JobServices, kinds: ReadonlyMap<string, JobKind>) {
    this.#services = services
    this.#kinds = kinds
  }

  async send(name: string, input: object = {}): Promise<void> {
    const kind = this.#kinds.get(name)
    if (kind === undefined || !['empty-queue', 'look-for-files'].includes(name)) return
    const under = this.#under.get(name) ?? new Map<string, Promise<void>>()
    this.#under.set(name, under)
    const key = kind.key(input)
    if (under.has(key) || under.size >= (kind.parallel ?? 1)) return
    under.set(
      key,
      kind.run(this.#services, kind.input.parse(input)).finally(() => under.delete(key)),
    )
  }

  async settled(name: string): Promise<void> {
    await Promise.all(this.#under.get(name)?.values() ?? [])
  }

  async stop(): Promise<void> {}
}

describe('a queue that tells of files', () => {
  it('is emptied, every record of a message arrives, and the message is taken off once that is kept', async () => {
    world.store.waiting = [
      { Records: [record('in/a.json'), record('in/%C3%BC+b.json')] },
      { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'shop' },
      { Records: [record('in/a.json'), record('elsewhere/x')] },
    ]
    await world.ask('queue')
    expect(await world.inbox()).toEqual(['told in/a.json arrived', 'told in/ü b.json arrived'])
    expect(world.store.log).toEqual(['done', 'done', 'done'])
    world.clock.set(world.clock.now() + 10 * SECOND_MS)
    expect(await world.due()).toContain('queue queue')
  })

  it('is emptied while a listing through the same connection goes on', async () => {
    const both = TOLD_CATALOGUE.replace('file: queue/shop/in }', 'file: queue/shop/in }, { file: queue/other, by: listing }')
    await world.reload(both)
    const never = Promise.withResolvers<void>()
    world.store.duringListing = never.promise
    const lists = world.ask('queue', 'listing')
    while (world.store.log.length < 1) await turns()
    world.store.waiting = [{ Records: [record('in/a.json')] }]
    await world.ask('queue')
    expect(world.store.log).toEqual(['listed other', 'done'])
    expect(await world.due()).not.toContain('queue listing')
    world.clock.set(world.clock.now() + 10 * SECOND_MS)
    expect(await world.due()).toContain('queue queue')
    never.resolve()
    await lists
  })

  it('is emptied within seconds while all listings that may go on at once hang', async () => {
    const slow = Array.from({ length: 20 }, (_, n) => `slow-${n}`)
    const connections = slow.map((name) => `  ${name}: { kind: test, address: files }\n`).join('')
    const on = slow.map((name) => `{ file: ${name}/shop }`).join(', ')
    // The store has one queue: whatever else is due and asks it would take what is meant for this one.
    const alone = TOLD_CATALOGUE.replace(/ {2}ordered: .*\n/, '').replace('flows:\n', `${connections}flows:\n`)
    await world.reload(alone.replace(/listed: .*/, `listed: { on: [${on}] }`))
    const never = Promise.withResolvers<void>()
    world.store.duringListing = never.promise
    const wakeUps = new LimitedWakeUps(world.services, await loadKinds())
    // A queue is due every ten seconds; between two sweeps what hangs takes all the room that it can get.
    for (const body of [null, null, { Records: [record('in/a.json')] }]) {
      if (body !== null) world.store.waiting.push(body)
      await planSweep(world.services, wakeUps)
      await wakeUps.settled('empty-queue')
      world.clock.set(world.clock.now() + 10 * SECOND_MS)
    }
    const listed = () => world.store.log.filter((line) => line.startsWith('listed'))
    while (listed().length < 16) await turns()
    expect(await world.inbox()).toEqual(['told in/a.json arrived'])
    expect(listed()).toHaveLength(16)
    never.resolve()
    await wakeUps.settled('look-for-files')
  })

  it('keeps a message that cannot be read, says so, and goes on with the others', async () => {
    world.store.waiting = [{ hello: 'there' }, { Records: [record('in/a.json')] }]
    await world.ask('queue')
    expect(world.store.log).toEqual(['given back', 'done'])
    expect(await world.inbox()).toEqual(['told in/a.json arrived'])
    expect((await world.looks()).find((line) => line.startsWith('queue'))).toMatch(
      /1 message of the queue could not be read whole and went back into it\. This tells of no file/,
    )
  })

  it('takes what can be read of a message, once, and gives the message back for the rest, with words', async () => {
    const broken = { ...record('in/b.json'), s3: { bucket: { name: 'shop' } } }
    world.store.waiting = [{ Records: [record('in/a.json'), broken, record('in/'), record('in/c.json')] }]
    await world.ask('queue')
    await world.ask('queue')
    expect(world.store.log).toEqual(['given back'])
    expect(world.store.waiting).toHaveLength(1)
    world.clock.set(world.clock.now() + 10 * SECOND_MS)
    await world.ask('queue')
    expect(world.store.log).toEqual(['given back', 'given back'])
    expect(await world.inbox()).toEqual(['told in/a.json arrived', 'told in/c.json arrived'])
    expect((await world.looks()).find((line) => line.startsWith('queue'))).toMatch(
      /1 message of the queue could not be read whole and went back into it\. Event 2: "s3\.object" is missing\.$/,
    )
    // While it is away, its queue has nothing bad to say.
    expect(await world.rowsOf('select flow_key, count, reason from left_out_message')).toEqual([
      'told 1 It could not be read whole and went back into its queue. Event 2: "s3.object" is missing.',
    ])
  })

  it('asks for no run by a message of files of which a part cannot be read, as long as it comes back', async () => {
    await world.reload(TOLD_CATALOGUE.replace('{ message: orders }', '{ message: queue }'))
    world.store.waiting = [{ Records: [record('in/a.json'), {}] }]
    await world.ask('queue')
    expect([world.store.log, await world.runs()]).toEqual([['given back'], []])
    world.store.waiting = [{ Records: [{}] }]
    world.clock.set(world.clock.now() + 10 * SECOND_MS)
    await world.ask('queue')
    expect([world.store.log.at(-1), (await world.runs()).length]).toEqual(['done', 1])
  })

  it('keeps a message whose files could not be kept', async () => {
    await world.ctx.pool.query('alter table inbox_file rename to inbox_file_away')
    world.store.waiting = [{ Records: [record('in/a.json')] }]
    await world.ask('queue')
    expect(world.store.log).toEqual(['given back'])
    await world.ctx.pool.query('alter table inbox_file_away rename to inbox_file')
  })
})

describe('a message that asks for a run', () => {
  it('gives it what of its body the flow takes, once it has been quiet; the same again is the same run', async () => {
    world.store.waiting = [{ shop: 'sony', day: 'not a number', other: 1 }, { shop: 'sony' }, 'no object', { shop: 'steam' }]
    await world.ask('orders')
    expect(world.store.log).toEqual(['done', 'done', 'done', 'done'])
    expect(
      (await world.rowsOf("select parameters::text from run where trigger = 'message' order by created_at, scheduled_for")).sort(),
    ).toEqual(['{"shop": "sony"}', '{"shop": "steam"}', '{}'])
    expect(await world.rowsOf("select distinct scheduled_for >= '2026-11-30T12:01:00Z' from run where trigger = 'message'")).toEqual([
      'true',
    ])
    world.clock.set(world.clock.now() + 30 * SECOND_MS)
    world.store.waiting = [{ shop: 'steam' }]
    await world.ask('orders')
    expect(await world.runs()).toHaveLength(3)
    const put = await world.rowsOf(`select scheduled_for >= '2026-11-30T12:01:30Z' from run where parameters @> '{"shop": "steam"}'`)
    expect(put).toEqual(['true'])
  })

  it('asks for none where it does not say what is waited for, and is counted with its reason', async () => {
    await world.reload(TOLD_CATALOGUE.replace('{ message: orders }', '{ message: orders, where: { shop: [sony, steam] } }'))
    world.store.waiting = [{ shop: 'sony' }, { shop: 'nokia' }, {}]
    await world.ask('orders')
    expect(world.store.log).toEqual(['done', 'done', 'done'])
    expect(await world.runs()).toHaveLength(1)
    expect(await world.rowsOf('select flow_key, count, reason from left_out_message')).toEqual([
      'ordered 2 It has no "shop", which has to be sony or steam.',
    ])
    expect((await world.looks()).find((line) => line.startsWith('orders'))).toMatch(/ $/)
  })

  it('asks for one run, and is left out once, although two workers are handed it at the same time', async () => {
    await world.reload(TOLD_CATALOGUE.replace('{ message: orders }', '{ message: orders, where: { shop: sony } }'))
    const workers = [world.ctx, world.database.context(world.clock)]
    await takeMessage(world.ctx, 'orders', { body: { shop: 'nokia' }, tries: 1 })
    for (const body of [{ shop: 'sony', day: 1 }, { shop: 'nokia' }])
      await Promise.all(workers.map((ctx, at) => takeMessage(ctx, 'orders', { body, tries: at + 1 })))
    expect(await world.runs()).toHaveLength(1)
    expect(await world.rowsOf('select count from left_out_message')).toEqual(['2'])
  })

  it('is counted once where it is handed out again, since nobody heard that it was taken', async () => {
    await world.reload(TOLD_CATALOGUE.replace('{ message: orders }', '{ message: orders, where: { shop: sony } }'))
    world.store.waiting = [{ shop: 'nokia' }]
    for (const isDeaf of [true, true, false]) {
      world.store.isDeaf = isDeaf
      await world.ask('orders')
      world.clock.set(world.clock.now() + 10 * SECOND_MS)
    }
    expect(world.store.log).toEqual(['done', 'done', 'done'])
    expect(await world.rowsOf('select count from left_out_message')).toEqual(['1'])
  })

  it('that could not be noted when it came first is counted when it comes again', async () => {
    await world.reload(TOLD_CATALOGUE.replace('{ message: orders }', '{ message: orders, where: { shop: sony } }'))
    await world.ctx.pool.query('alter table left_out_message rename to left_out_away')
    world.store.waiting = [{ shop: 'nokia' }]
    await world.ask('orders')
    await world.ctx.pool.query('alter table left_out_away rename to left_out_message')
    world.clock.set(world.clock.now() + 10 * SECOND_MS)
    await world.ask('orders')
    expect(world.store.log).toEqual(['given back', 'done'])
    expect(await world.rowsOf('select count from left_out_message')).toEqual(['1'])
  })

  it('has no say in what guards the tables of the flow', async () => {
    world.store.waiting = [{ shop: 'sony', dryRun: true, replay: true, shrinkRatio: 0, allowEmpty: true }]
    await world.ask('orders')
    expect(await world.rowsOf("select parameters::text from run where trigger = 'message'")).toEqual(['{"shop": "sony"}'])
  })

  it('stays in the queue when its members go not together, and holds up no other', async () => {
    world.store.waiting = [{ from: '2026-11-30', to: '2026-11-01' }, { shop: 'steam' }]
    await world.ask('orders')
    expect(world.store.log).toEqual(['given back', 'done'])
    expect(await world.rowsOf("select parameters::text from run where trigger = 'message'")).toEqual(['{"shop": "steam"}'])
    expect((await world.looks()).find((line) => line.startsWith('orders'))).toMatch(
      /1 message of the queue .* from must not be after to\.$/,
    )
  })

  it('stays in the queue while too many wait already, and is counted once by another flow that leaves it out', async () => {
    await world.reload(TOLD_CATALOGUE.replace('[{ file: queue/shop/in }]', '[{ message: orders, where: { shop: sony } }]'))
    for (let day = 0; day < 21; day += 1) await requestRun(world.ctx, { flow: 'ordered', parameters: { day } })
    world.store.waiting = [{ day: 99 }, { day: 100 }]
    await world.ask('orders')
    expect(world.store.log).toEqual(['given back'])
    expect((await world.looks()).find((line) => line.startsWith('orders'))).toMatch(/So many runs wait already/)
    expect(await takeMessage(world.ctx, 'orders', { body: { day: 99 }, tries: 2 })).toEqual({ kind: 'full' })
    expect(await world.rowsOf('select flow_key, count from left_out_message')).toEqual(['told 1'])
    expect(await world.runs()).toEqual([])
  })
})
