import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'
import { compareCounts } from './counts.ts'

const NOW = Date.parse('2026-11-20T07:00:00Z')
let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

describe('an index without a time field', () => {
  const write = (name: string, ids: readonly string[]) =>
    world.server.world.load(
      name,
      ids.map((id) => [id, { title: id }]),
    )

  it('tells by its counters alone, weakly, that something was written', async () => {
    write('posts', ['a', 'b'])
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [], evidence: { method: 'counters', strength: 'weak' } })
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [] })
    world.clock.set(NOW + MINUTE_MS)
    write('posts', ['c'])
    const written = { clock: 'writtenAt', at: NOW + MINUTE_MS, precision: 'instant' }
    expect(await world.look('posts')).toMatchObject({ readings: [written], rows: 1 })
    world.clock.set(NOW + 2 * MINUTE_MS)
    expect(await world.look('posts')).toMatchObject({ readings: [written], rows: null })
    write('posts', ['c'])
    expect(await world.look('posts')).toMatchObject({ readings: [{ ...written, at: NOW + 2 * MINUTE_MS }], rows: null })
  })

  it('was not written because a node was restarted, a document removed or an index without any added', async () => {
    write('posts-1', ['a', 'b'])
    world.server.world.addAlias('posts', 'posts-1')
    await world.look('posts')
    world.server.world.restart()
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [] })
    world.server.world.indices.get('posts-1')?.documents.delete('a')
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [], evidence: { detail: expect.stringContaining('no load') } })
    world.server.world.create('posts-2')
    world.server.world.addAlias('posts', 'posts-2')
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [] })
  })

  it('was written when another stands under its name, with as many documents', async () => {
    write('posts-1', ['a', 'b'])
    world.server.world.addAlias('posts', 'posts-1')
    await world.look('posts')
    write('posts-2', ['a', 'b'])
    world.server.world.addAlias('posts', 'posts-2')
    world.server.world.removeAlias('posts', 'posts-1')
    expect(await world.look('posts')).toMatchObject({ readings: [{ clock: 'writtenAt', at: NOW }] })
  })

  it('is emptied when it has no documents any more, and is refused where too many stand behind one name', async () => {
    write('posts', ['a'])
    await world.look('posts')
    world.server.world.indices.get('posts')?.documents.clear()
    expect(await world.look('posts')).toMatchObject({ ok: true, readings: [{ clock: 'writtenAt', at: null, isEmptied: true }] })
    for (let n = 0; n <= 100; n++) {
      write(`logs-${n}`, ['a'])
      world.server.world.addAlias('logs', `logs-${n}`)
    }
    expect(await world.look('logs')).toMatchObject({
      ok: false,
      lasting: 'no-time',
      publicMessage: expect.stringContaining('Name a time field'),
    })
  })

  it.each([
    ['more writes of an index that has none left', { a: [1, 1] }, { a: [0, 5] }, 'emptied'],
    ['fewer documents and more writes', { a: [5, 5] }, { a: [4, 6] }, 'written'],
    ['an old index less', { a: [5, 5], b: [5, 5] }, { b: [5, 5] }, 'removed'],
    ['nothing before and now', { a: [0, 0] }, { a: [0, 0] }, 'same'],
  ] as const)('%s', (_, before, now, difference) => {
    const counts = (of: Record<string, readonly [number, number]>) =>
      Object.fromEntries(Object.entries(of).map(([id, [a, b]]) => [id, [a, b] as [number, number]]))
    expect(compareCounts(counts(before), counts(now))).toBe(difference)
  })
})
