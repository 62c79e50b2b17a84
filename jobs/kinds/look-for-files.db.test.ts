import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import type { Context } from '#lib/db/context.ts'
import { type LookWay, listDueLooks } from '#lib/db/inbox/file-looks.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { defineFlow, type Flow } from '#lib/engine/flow.ts'
import { type FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { ToldStore } from '#lib/testing/connectors/told-store.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import lookForFiles from './look-for-files.ts'

const CATALOGUE = `page: { name: Shop, zone: UTC }
connections:
  bucket: { kind: test, address: files }
  queue: { kind: test, address: files, queue: arrivals }
  orders: { kind: test, address: files, queue: orders }
flows:
  listed: { on: [{ file: bucket/shop/in, match: "*.json", every: 5m }, { file: bucket/other, every: 1h }] }
  told: { on: [{ file: queue/shop/in }] }
  ordered: { on: [{ message: orders }], debounce: 1m }
`

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let services: JobServices
let store: ToldStore

const file = (key: string, version = '1'): StoredFile => ({ bucket: 'shop', key, version, bytes: 1, modifiedAt: clock.now() })
const record = (key: string, sequencer = '0A') => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-11-30T12:00:00Z',
  s3: { bucket: { name: 'shop' }, object: { key, size: 3, eTag: key.length.toString(16), sequencer } },
})

const flowOf = (name: string): [string, Flow] => [
  name,
  defineFlow({
    ...{ schedule: '0 3 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: HOUR_MS },
    parameters: z.object({
      shop: z.string().optional(),
      dryRun: z.boolean().optional(),
      replay: z.boolean().optional(),
      shrinkRatio: z.number().optional(),
      allowEmpty: z.boolean().optional(),
      day: z.int().optional(),
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
    }),
    run: async () => ({ rowsLoaded: 0, rowsSeen: 0, summary: {} }),
  }) as Flow,
]

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  store = new ToldStore()
  const flows = new Map(['listed', 'told', 'ordered'].map(flowOf))
  services = testServices(ctx, { connectors: new Map([['test', store.connector()]]), flows })
  await reloadCatalogue(services, { ok: true, texts: [{ file: 'tidemark.yaml', text: CATALOGUE }] })
})
afterEach(() => database.drop())

const ask = (connection: string, way: LookWay = connection === 'bucket' ? 'listing' : 'queue') =>
  lookForFiles.run(services, { connection, way })
const due = async () => (await listDueLooks(ctx.pool, clock.now())).map(({ connection, way }) => `${connection} ${way}`)
const rowsOf = async (text: string) => (await ctx.pool.query(text)).rows.map((row) => Object.values(row).join(' '))
const inbox = () => rowsOf('select flow_key, key, state from inbox_file order by id')
const looks = () =>
  rowsOf(
    "select connection_key, way, place, extract(epoch from due_at - '2026-11-30T12:00:00Z')::int as due, problem from file_look order by 1, 2, 3",
  )
const runs = () => rowsOf("select flow, trigger, parameters, state from run where trigger = 'message' order by scheduled_for")

describe('a place that is listed', () => {
  it('is listed when its time has come, and what is new there arrives once', async () => {
    store.files = [file('in/a.json'), file('in/b.txt'), file('in/deep/c.json'), file('out/d.json')]
    expect(await due()).toEqual(['orders queue', 'queue queue', 'bucket listing'])
    await ask('bucket')
    await ask('bucket')
    expect(store.log).toEqual(['listed shop/in', 'listed other'])
    expect(await inbox()).toEqual(['listed in/a.json arrived'])
    clock.set(clock.now() + 5 * MINUTE_MS)
    store.files.push(file('in/e.json'), { ...file('in/a.json'), version: '2' })
    await ask('bucket')
    expect(store.log.slice(2)).toEqual(['listed shop/in'])
    expect((await inbox()).sort()).toEqual(['listed in/a.json arrived', 'listed in/a.json arrived', 'listed in/e.json arrived'])
  })

  it('is listed at once when somebody wants its flow to run, also once more after a listing that goes on, and never by two at the same time', async () => {
    await ask('bucket')
    await requestRun(ctx, { flow: 'listed' })
    await Promise.all([ask('bucket'), ask('bucket')])
    expect(store.log).toEqual(['listed shop/in', 'listed other', 'listed shop/in', 'listed other'])
    const asked = Promise.withResolvers<void>()
    store.duringListing = asked.promise
    await ctx.pool.query('update file_look set due_at = looked_at where looked_at is not null')
    const goesOn = ask('bucket')
    while (store.log.length < 5) await turns()
    await ctx.pool.query("delete from run where flow = 'listed'")
    await requestRun(ctx, { flow: 'listed' })
    await ask('bucket')
    expect(store.log).toHaveLength(5)
    asked.resolve()
    await goesOn
    expect(await due()).toContain('bucket listing')
  })

  it('is listed by another worker soon after the one that did was lost, and not before', async () => {
    const never = Promise.withResolvers<void>()
    store.duringListing = never.promise
    const lost = lookForFiles.run(testServices(ctx, { ...services, signal: new AbortController().signal }), {
      connection: 'bucket',
      way: 'listing',
    })
    const heldFor = async () => {
      const held = `select (extract(epoch from max(taken_until)) * 1000 - ${clock.now()})::int from file_look where connection_key = 'bucket'`
      return (await rowsOf(held)).join()
    }
    while (store.log.length < 1) await turns()
    for (let seconds = 0; seconds < 180; seconds += 20) {
      await clock.advance(20 * SECOND_MS)
      while ((await heldFor()) !== String(MINUTE_MS)) await turns()
      expect(await due()).not.toContain('bucket listing')
    }
    // One that is dead holds nothing.
    clock.set(clock.now() + 59 * SECOND_MS)
    expect(await due()).not.toContain('bucket listing')
    clock.set(clock.now() + SECOND_MS)
    expect(await due()).toContain('bucket listing')
    store.duringListing = Promise.resolve()
    await ask('bucket')
    expect(store.log.filter((line) => line === 'listed shop/in')).toHaveLength(2)
    never.resolve()
    await lost
    const kept = await looks()
    expect(kept.filter((line) => line.startsWith('bucket') && line.endsWith(' '))).toHaveLength(2)
  })

  it('that cannot be listed says why, holds up no other, and is listed again at its time', async () => {
    store.failing = new TidemarkError('forbidden', { publicMessage: 'The account may not list.' })
    await ask('bucket')
    expect(await looks()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^bucket listing shop\/in 300 The account may not list\.$/),
        expect.stringMatching(/^bucket listing other/),
      ]),
    )
    expect(store.log).toHaveLength(2)
    store.failing = null
    clock.set(clock.now() + HOUR_MS)
    await ask('bucket')
    expect(await rowsOf("select problem is null and ok_at = looked_at from file_look where connection_key = 'bucket'")).toEqual([
      'true',
      'true',
    ])
  })

  it('has its own time, and one that takes too long takes none of that of the next', async () => {
    store.duringListing = new Promise<void>(() => {})
    const asked = ask('bucket')
    while (store.log.length < 1) await turns()
    store.duringListing = Promise.resolve()
    store.files = [file('in/a.json')]
    await clock.advance(20 * MINUTE_MS)
    await asked
    expect(store.log).toEqual(['listed shop/in', 'listed other'])
    const [other, slow] = (await looks()).filter((line) => line.startsWith('bucket'))
    expect(slow).toMatch(/^bucket listing shop\/in \d+ Looking for files took longer than 20 min\.$/)
    expect(other).toMatch(/^bucket listing other \d+ $/)
  })

  it('is forgotten with the flow that lists it, and an inbox is not', async () => {
    store.files = [file('in/a.json')]
    await ask('bucket')
    const without = CATALOGUE.replace(/ {2}listed:.*\n/, '')
    await reloadCatalogue(services, { ok: true, texts: [{ file: 'tidemark.yaml', text: without }] })
    expect((await looks()).map((line) => line.split(' ')[0])).toEqual(['orders', 'queue'])
    expect(await inbox()).toHaveLength(1)
  })
})

describe('a queue that tells of files', () => {
  it('is emptied, every record of a message arrives, and the message is taken off once that is kept', async () => {
    store.waiting = [
      { Records: [record('in/a.json'), record('in/%C3%BC+b.json')] },
      { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'shop' },
      { Records: [record('in/a.json'), record('elsewhere/x')] },
    ]
    await ask('queue')
    expect(await inbox()).toEqual(['told in/a.json arrived', 'told in/ü b.json arrived'])
    expect(store.log).toEqual(['done', 'done', 'done'])
    clock.set(clock.now() + 10 * SECOND_MS)
    expect(await due()).toContain('queue queue')
  })

  it('is emptied while a listing through the same connection goes on', async () => {
    const both = CATALOGUE.replace('file: queue/shop/in }', 'file: queue/shop/in }, { file: queue/other, by: listing }')
    await reloadCatalogue(services, { ok: true, texts: [{ file: 'tidemark.yaml', text: both }] })
    const never = Promise.withResolvers<void>()
    store.duringListing = never.promise
    const lists = ask('queue', 'listing')
    while (store.log.length < 1) await turns()
    store.waiting = [{ Records: [record('in/a.json')] }]
    await ask('queue')
    expect(store.log).toEqual(['listed other', 'done'])
    expect(await due()).not.toContain('queue listing')
    clock.set(clock.now() + 10 * SECOND_MS)
    expect(await due()).toContain('queue queue')
    never.resolve()
    await lists
  })

  it('keeps a message that cannot be read, says so, and goes on with the others', async () => {
    store.waiting = [{ hello: 'there' }, { Records: [record('in/a.json')] }]
    await ask('queue')
    expect(store.log).toEqual(['given back', 'done'])
    expect(await inbox()).toEqual(['told in/a.json arrived'])
    expect((await looks()).find((line) => line.startsWith('queue'))).toMatch(
      /1 message of the queue could not be read and went back into it\. This tells of no file/,
    )
  })

  it('keeps a message whose files could not be kept', async () => {
    await ctx.pool.query('alter table inbox_file rename to inbox_file_away')
    store.waiting = [{ Records: [record('in/a.json')] }]
    await ask('queue')
    expect(store.log).toEqual(['given back'])
    await ctx.pool.query('alter table inbox_file_away rename to inbox_file')
  })
})

describe('a message that asks for a run', () => {
  it('gives it what of its body the flow takes, once it has been quiet; the same again is the same run', async () => {
    store.waiting = [{ shop: 'sony', day: 'not a number', other: 1 }, { shop: 'sony' }, 'no object', { shop: 'steam' }]
    await ask('orders')
    expect(store.log).toEqual(['done', 'done', 'done', 'done'])
    expect((await rowsOf("select parameters::text from run where trigger = 'message' order by created_at, scheduled_for")).sort()).toEqual([
      '{"shop": "sony"}',
      '{"shop": "steam"}',
      '{}',
    ])
    expect(await rowsOf("select distinct scheduled_for >= '2026-11-30T12:01:00Z' from run where trigger = 'message'")).toEqual(['true'])
    clock.set(clock.now() + 30 * SECOND_MS)
    store.waiting = [{ shop: 'steam' }]
    await ask('orders')
    expect(await runs()).toHaveLength(3)
    const put = await rowsOf(`select scheduled_for >= '2026-11-30T12:01:30Z' from run where parameters @> '{"shop": "steam"}'`)
    expect(put).toEqual(['true'])
  })

  it('has no say in what guards the tables of the flow', async () => {
    store.waiting = [{ shop: 'sony', dryRun: true, replay: true, shrinkRatio: 0, allowEmpty: true }]
    await ask('orders')
    expect(await rowsOf("select parameters::text from run where trigger = 'message'")).toEqual(['{"shop": "sony"}'])
  })

  it('stays in the queue when its members go not together, and holds up no other', async () => {
    store.waiting = [{ from: '2026-11-30', to: '2026-11-01' }, { shop: 'steam' }]
    await ask('orders')
    expect(store.log).toEqual(['given back', 'done'])
    expect(await rowsOf("select parameters::text from run where trigger = 'message'")).toEqual(['{"shop": "steam"}'])
    expect((await looks()).find((line) => line.startsWith('orders'))).toMatch(/1 message of the queue .* from must not be after to\.$/)
  })

  it('stays in the queue while too many wait already', async () => {
    for (let day = 0; day < 21; day += 1) await requestRun(ctx, { flow: 'ordered', parameters: { day } })
    store.waiting = [{ day: 99 }, { day: 100 }]
    await ask('orders')
    expect(store.log).toEqual(['given back'])
    expect((await looks()).find((line) => line.startsWith('orders'))).toMatch(/So many runs wait already/)
    expect(await runs()).toEqual([])
  })
})
