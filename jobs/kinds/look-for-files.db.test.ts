import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { turns } from '#lib/testing/clock/fake-clock.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { TOLD_CATALOGUE, type ToldWorld, toldWorld } from '#lib/testing/worlds/told-world.ts'
import lookForFiles from './look-for-files.ts'

let world: ToldWorld
beforeEach(async () => {
  world = await toldWorld()
})
afterEach(() => world.database.drop())

describe('a place that is listed', () => {
  it('is listed when its time has come, and what is new there arrives once', async () => {
    world.store.files = [world.file('in/a.json'), world.file('in/b.txt'), world.file('in/deep/c.json'), world.file('out/d.json')]
    expect(await world.due()).toEqual(['orders queue', 'queue queue', 'bucket listing'])
    await world.ask('bucket')
    await world.ask('bucket')
    expect(world.store.log).toEqual(['listed shop/in', 'listed other'])
    expect(await world.inbox()).toEqual(['listed in/a.json arrived'])
    world.clock.set(world.clock.now() + 5 * MINUTE_MS)
    world.store.files.push(world.file('in/e.json'), { ...world.file('in/a.json'), version: '2' })
    await world.ask('bucket')
    expect(world.store.log.slice(2)).toEqual(['listed shop/in'])
    expect((await world.inbox()).sort()).toEqual(['listed in/a.json arrived', 'listed in/a.json arrived', 'listed in/e.json arrived'])
  })

  it('is listed at once when somebody wants its flow to run, also once more after a listing that goes on, and never by two at the same time', async () => {
    await world.ask('bucket')
    await requestRun(world.ctx, { flow: 'listed' })
    await Promise.all([world.ask('bucket'), world.ask('bucket')])
    expect(world.store.log).toEqual(['listed shop/in', 'listed other', 'listed shop/in', 'listed other'])
    const asked = Promise.withResolvers<void>()
    world.store.duringListing = asked.promise
    await world.ctx.pool.query('update file_look set due_at = looked_at where looked_at is not null')
    const goesOn = world.ask('bucket')
    while (world.store.log.length < 5) await turns()
    await world.ctx.pool.query("delete from run where flow = 'listed'")
    await requestRun(world.ctx, { flow: 'listed' })
    await world.ask('bucket')
    expect(world.store.log).toHaveLength(5)
    asked.resolve()
    await goesOn
    expect(await world.due()).toContain('bucket listing')
  })

  it('is listed by another worker soon after the one that did was lost, and not before', async () => {
    const never = Promise.withResolvers<void>()
    world.store.duringListing = never.promise
    const lost = lookForFiles.run(testServices(world.ctx, { ...world.services, signal: new AbortController().signal }), {
      connection: 'bucket',
    })
    const heldFor = async () => {
      const held = `select (extract(epoch from max(taken_until)) * 1000 - ${world.clock.now()})::int from file_look where connection_key = 'bucket'`
      return (await world.rowsOf(held)).join()
    }
    while (world.store.log.length < 1) await turns()
    for (let seconds = 0; seconds < 180; seconds += 20) {
      await world.clock.advance(20 * SECOND_MS)
      while ((await heldFor()) !== String(MINUTE_MS)) await turns()
      expect(await world.due()).not.toContain('bucket listing')
    }
    // One that is dead holds nothing.
    world.clock.set(world.clock.now() + 59 * SECOND_MS)
    expect(await world.due()).not.toContain('bucket listing')
    world.clock.set(world.clock.now() + SECOND_MS)
    expect(await world.due()).toContain('bucket listing')
    world.store.duringListing = Promise.resolve()
    await world.ask('bucket')
    expect(world.store.log.filter((line) => line === 'listed shop/in')).toHaveLength(2)
    never.resolve()
    await lost
    const kept = await world.looks()
    expect(kept.filter((line) => line.startsWith('bucket') && line.endsWith(' '))).toHaveLength(2)
  })

  it('that cannot be listed says why, holds up no other, and is listed again at its time', async () => {
    world.store.failing = new TidemarkError('forbidden', { publicMessage: 'The account may not list.' })
    await world.ask('bucket')
    expect(await world.looks()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^bucket listing shop\/in 300 The account may not list\.$/),
        expect.stringMatching(/^bucket listing other/),
      ]),
    )
    expect(world.store.log).toHaveLength(2)
    world.store.failing = null
    world.clock.set(world.clock.now() + HOUR_MS)
    await world.ask('bucket')
    expect(await world.rowsOf("select problem is null and ok_at = looked_at from file_look where connection_key = 'bucket'")).toEqual([
      'true',
      'true',
    ])
  })

  it('has its own time, and one that takes too long takes none of that of the next', async () => {
    world.store.duringListing = new Promise<void>(() => {})
    const asked = world.ask('bucket')
    while (world.store.log.length < 1) await turns()
    world.store.duringListing = Promise.resolve()
    world.store.files = [world.file('in/a.json')]
    await world.clock.advance(20 * MINUTE_MS)
    await asked
    expect(world.store.log).toEqual(['listed shop/in', 'listed other'])
    const [other, slow] = (await world.looks()).filter((line) => line.startsWith('bucket'))
    expect(slow).toMatch(/^bucket listing shop\/in \d+ Looking for files took longer than 20 min\.$/)
    expect(other).toMatch(/^bucket listing other \d+ $/)
  })

  it('is forgotten with the flow that lists it, and an inbox is not', async () => {
    world.store.files = [world.file('in/a.json')]
    await world.ask('bucket')
    const without = TOLD_CATALOGUE.replace(/ {2}listed:.*\n/, '')
    await world.reload(without)
    expect((await world.looks()).map((line) => line.split(' ')[0])).toEqual(['orders', 'queue'])
    expect(await world.inbox()).toHaveLength(1)
  })
})
