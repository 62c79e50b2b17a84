import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LazyHeap } from './lazy-heap.ts'

describe('the oldest entry', () => {
  test('is the one that lasts longest, of equals the first member', () => {
    const oldest = new LazyHeap()
    for (const [since, member] of [
      [30, 0],
      [10, 3],
      [10, 2],
      [20, 1],
    ] as const)
      oldest.add({ since, member })
    expect(oldest.first(() => true)).toEqual({ since: 10, member: 2 })
  })

  test('is dropped once it no longer holds', () => {
    const oldest = new LazyHeap()
    oldest.add({ since: 10, member: 0 })
    oldest.add({ since: 20, member: 1 })
    expect(oldest.first((entry) => entry.member !== 0)).toEqual({ since: 20, member: 1 })
    expect(oldest.first(() => true)).toEqual({ since: 20, member: 1 })
    expect(oldest.first(() => false)).toBeUndefined()
    expect(new LazyHeap().first(() => true)).toBeUndefined()
  })

  test('comes out in order, whatever order they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 })), (sinces) => {
        const oldest = new LazyHeap()
        for (const [member, since] of sinces.entries()) oldest.add({ since, member })
        const out: number[] = []
        for (let top = oldest.first(() => true); top !== undefined; top = oldest.first((entry) => entry !== top)) out.push(top.since)
        expect(out).toEqual(sinces.toSorted((a, b) => a - b))
      }),
    )
  })
})
