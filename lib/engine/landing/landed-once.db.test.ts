import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { landingSchema } from '#lib/catalogue/schema/landing.ts'
import type { InboxFile } from '#lib/domain/files/inbox-file.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { jsonLines, type LandingWorld, landingWorld } from '#lib/testing/landing/landing-world.ts'
import { landFile } from './land-file.ts'

let world: LandingWorld
beforeAll(async () => {
  world = await landingWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.forget())

describe('once', () => {
  it('however often it is asked for, by whatever run and flow', async () => {
    const file = world.store.put('a.jsonl', jsonLines(3))
    for (const name of ['prices', 'prices', 'again']) expect(await world.landed(file, {}, { name })).toMatchObject({ rows: 3 })
    expect(await world.countPrices()).toBe(3)
    expect(world.store.opened).toBe(1)
  })

  it('also by another name of its version', async () => {
    const file = world.store.put('a.jsonl', jsonLines(3))
    world.store.aliases.set('etag', file.version ?? '')
    for (const version of ['etag', file.version, 'etag', null]) expect(await world.landed({ ...file, version })).toMatchObject({ rows: 3 })
    expect(await world.rows('select distinct version from games.prices')).toEqual([{ version: file.version }])
    expect(await world.countPrices()).toBe(3)
  })

  it('for each version, and each table', async () => {
    await world.landed(world.store.put('a.jsonl', jsonLines(3)))
    await world.landed(world.store.put('a.jsonl', jsonLines(2)))
    await world.landed(world.store.put('a.jsonl', jsonLines(2)), { into: 'lake/games.others' })
    expect([await world.countPrices(), await world.count('games.others')]).toEqual([5, 2])
  })

  it('when two land it at the same time: one waits for the other', async () => {
    const file = world.store.put('a.jsonl', jsonLines(2000))
    const both = await Promise.all(['one', 'two', 'three'].map((name) => world.landed(file, {}, { name })))
    expect(both).toEqual([1, 2, 3].map(() => expect.objectContaining({ rows: 2000 })))
    expect(await world.countPrices()).toBe(2000)
  })

  it('when one run is told of it twice and lands both at the same time', async () => {
    const file = world.store.put('a.jsonl', jsonLines(2000))
    const landing = landingSchema.parse({ into: 'lake/games.prices' })
    const { end, result } = await world.inRun((ctx) =>
      Promise.all([file, { ...file, version: null }, file].map((told) => landFile(ctx, told, landing))),
    )
    expect(end).toMatchObject({ state: 'completed' })
    expect(result).toEqual([1, 2, 3].map(() => expect.objectContaining({ rows: 2000 })))
    expect(await world.countPrices()).toBe(2000)
  })

  it('when a stream breaks off in the middle, and the same file is tried again', async () => {
    const file = world.store.put('a.jsonl', jsonLines(2000))
    world.store.cutAfter = 8192
    expect((await world.land(file)).end).toMatchObject({ state: 'failed', problem: 'The store broke off.' })
    expect(await world.countPrices()).toBe(0)
    expect(await world.landed(file)).toMatchObject({ rows: 2000 })
    expect(await world.countPrices()).toBe(2000)
  })

  it.each([
    [
      'the connection to the lake is lost',
      () =>
        world.rows(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tidemark/prices/%'",
        ),
    ],
    ['its run is stopped', () => Promise.reject(new RunStopped('cancelled'))],
  ])('when %s, at whatever piece of it', async (_what, stop) => {
    const file = world.store.put('a.jsonl', jsonLines(5000))
    for (const at of [1, 2, 7, 14]) {
      let pieces = 0
      world.store.onPiece = async () => {
        pieces += 1
        if (pieces === at) await stop()
      }
      expect((await world.land(file)).end.state).not.toBe('completed')
      expect(await world.countPrices()).toBe(0)
    }
    world.store.onPiece = null
    expect(await world.landed(file)).toMatchObject({ rows: 5000 })
    expect(await world.countPrices()).toBe(5000)
  })

  it('a lake that is lost is said to stop all files, and a file that is not as it should be none', async () => {
    const failureOf = async (file: InboxFile) => (await world.land(file)).error
    expect(await failureOf(world.store.put('b.jsonl', '<html></html>'))).toMatchObject({ systemWide: false })
    world.store.cutAfter = 0
    expect(await failureOf(world.store.put('c.jsonl', jsonLines(2)))).toMatchObject({ systemWide: false, retryable: true })
    await world.rows('drop table games.prices; create view games.prices as select 1 as uuid')
    expect(await failureOf(world.store.put('d.jsonl', jsonLines(2)))).toMatchObject({ systemWide: true })
  })

  it('also when the run went on after the rows were committed and does not know it', async () => {
    const file = world.store.put('a.jsonl', jsonLines(3))
    const runId = randomUUID()
    await world.landed(file, {}, { runId })
    expect(await world.landed(file, {}, { runId, attempt: 2 })).toMatchObject({ rows: 3 })
    expect([await world.countPrices(), world.store.opened]).toEqual([3, 1])
  })

  it('an older attempt that wakes up lands nothing more', async () => {
    const file = world.store.put('a.jsonl', jsonLines(2000))
    let pieces = 0
    world.store.onPiece = async () => {
      pieces += 1
      if (pieces !== 2) return
      world.store.onPiece = null
      expect(await world.landed(file)).toMatchObject({ rows: 2000 })
    }
    expect((await world.land(file)).end.state).not.toBe('completed')
    expect(await world.countPrices()).toBe(2000)
  })

  it('a table that is dropped and made anew holds nothing, so that its files are landed again', async () => {
    const file = world.store.put('a.jsonl', jsonLines(3))
    await world.landed(file)
    await world.rows('drop table games.prices')
    expect(await world.landed(file)).toMatchObject({ rows: 3 })
    expect(await world.countPrices()).toBe(3)
  })

  it('not at all in a table that has lost a column, which is said to stop all files, before and while files are landed', async () => {
    const lands = async (n: number) => (await world.land(world.store.put(`${n}.jsonl`, jsonLines(3)))).error
    expect(await lands(1)).toBeNull()
    await world.rows('alter table games.prices drop column version')
    const words = 'games.prices has no column "version"; a landing table has it as text. Land in another table, or change it.'
    expect(await lands(2)).toMatchObject({ systemWide: true, publicMessage: words })
    await world.rows("alter table games.prices add column version text not null default ''")
    const { store } = world
    const open = store.openFile.bind(store)
    store.openFile = async (wanted) => {
      store.openFile = open
      await world.rows('alter table games.prices drop column version')
      return open(wanted)
    }
    const file = store.put('3.jsonl', jsonLines(3))
    expect((await world.land(file)).error).toMatchObject({ systemWide: true, publicMessage: expect.stringContaining('has lost a column') })
    expect(await world.countPrices()).toBe(3)
    await world.rows("alter table games.prices add column version text not null default ''")
    expect(await world.landed(file)).toMatchObject({ rows: 3 })
  })
})
