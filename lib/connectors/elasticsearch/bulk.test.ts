import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SearchFault } from '#demo/startup/search.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { document, type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'

let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

const build = (runId: string) => world.build(runId)
const many = (count: number) => Array.from({ length: count }, (_, n) => document(`d${n}`))
const bulks = () => world.server.requests.filter((request) => request.endsWith('_bulk')).length

describe('documents that are put', () => {
  it.each([
    ['no room', true],
    ['no leader', false],
  ])('go again alone where there is %s for them, until all are there, once', async (_, hasLeader) => {
    world.server.behaviour.hasLeader = hasLeader
    const one = build('run-1')
    const { name } = await one.begin()
    const tried = new Map<string, number>()
    world.server.behaviour.isRefused = (id) => {
      tried.set(id, (tried.get(id) ?? 0) + 1)
      return Number(id.slice(1)) % 20 === 0 && (tried.get(id) ?? 0) < 4
    }
    expect(await one.put(many(1000))).toEqual([])
    expect(world.server.world.indices.get(name)?.documents.size).toBe(1000)
    expect(bulks()).toBe(4)
    expect([...tried.values()].filter((count) => count === 1)).toHaveLength(950)
    expect(world.clock.waits.every((ms) => ms >= 250)).toBe(true)
  })

  it('are given up for now where there is never room for any', async () => {
    const one = build('run-1')
    await one.begin()
    world.server.behaviour.isRefused = () => true
    await expect(one.put(many(3))).rejects.toMatchObject({
      retryable: true,
      publicMessage: expect.stringContaining('no room for 3 documents'),
    })
    expect(Math.max(...world.clock.waits)).toBe(30_000)
    expect(world.clock.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5 * MINUTE_MS)
  })

  it('are not put again and again to a node whose disk is full, which says so', async () => {
    const one = build('run-1')
    await one.begin()
    world.server.behaviour.isDiskFull = true
    await expect(one.put(many(3))).rejects.toMatchObject({ retryable: false, publicMessage: expect.stringMatching(/disk is nearly full/) })
    expect(bulks()).toBe(1)
    await expect(build('run-2').begin()).rejects.toMatchObject({
      retryable: false,
      publicMessage: expect.stringMatching(/takes no new index, .*disks are nearly full/),
    })
  })

  it.each(['answer-lost', 'cut-body', 'restart', 'unavailable', 'too-many-requests', 'not-json'] satisfies SearchFault['kind'][])(
    'may be put again when it is not known what became of them: %s',
    async (kind) => {
      const one = build('run-1')
      await one.begin()
      world.server.faults.push({ kind, path: /_bulk/, times: 1 })
      await expect(one.put(many(10))).rejects.toMatchObject({ retryable: kind !== 'not-json' })
      expect(await one.put(many(10))).toEqual([])
      await one.seal(10)
    },
  )

  it('go in halves where they are too large together; one that is alone is put aside', async () => {
    const one = build('run-1')
    await one.begin()
    world.server.behaviour.bytesMax = 600
    const huge = document('huge', { title: 'x'.repeat(600) })
    const refused = await one.put([...many(20), huge])
    expect(refused).toEqual([{ id: 'huge', reason: expect.stringContaining('larger than a request may be') }])
    await one.seal(20)
  })

  it('that do not fit are put aside with the field and never with the value; the others are there', async () => {
    const one = build('run-1')
    await one.begin()
    const refused = await one.put([
      document('a'),
      document('b', { price: 'Ann Lee' }),
      document('c', { seen_at: 'soon' }),
      document('d', { '': 1 }),
    ])
    expect(refused).toEqual([
      { id: 'b', reason: 'is not taken by the index: its price does not fit a field of type double' },
      { id: 'c', reason: 'is not taken by the index: its seen_at does not fit a field of type date' },
      { id: 'd', reason: 'is not taken by the index: a field in it has no name' },
    ])
    await one.seal(1)
  })

  it('are not taken for put where the answer does not tell of each', async () => {
    const one = build('run-1')
    await one.begin()
    world.server.faults.push({ kind: 'half-told', path: /_bulk/, times: 1 })
    await expect(one.put(many(10))).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('each document') })
  })
})
