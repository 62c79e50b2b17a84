import { describe, expect, it } from 'vitest'
import { batch, batchByWeight } from './batch.ts'

describe('batches', () => {
  it('have the asked size, the last one what is left', async () => {
    expect(await Array.fromAsync(batch([1, 2, 3, 4, 5], 2))).toEqual([[1, 2], [3, 4], [5]])
  })

  it('are never empty', async () => {
    expect(await Array.fromAsync(batch([], 3))).toEqual([])
    expect(await Array.fromAsync(batch([1, 2], 2))).toEqual([[1, 2]])
  })

  it('are handed on as soon as they are full', async () => {
    const taken: number[] = []
    async function* endless() {
      for (let i = 1; ; i++) {
        taken.push(i)
        yield i
      }
    }
    for await (const full of batch(endless(), 3)) {
      expect(full).toEqual([1, 2, 3])
      break
    }
    expect(taken).toEqual([1, 2, 3])
  })

  it('close their source when the reader stops', async () => {
    let closed = false
    function* source() {
      try {
        yield* [1, 2, 3, 4]
      } finally {
        closed = true
      }
    }
    for await (const _ of batch(source(), 2)) break
    expect(closed).toBe(true)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuse the size %s', async (size) => {
    await expect(Array.fromAsync(batch([1], size))).rejects.toThrow(RangeError)
  })
})

describe('batches by weight', () => {
  const weigh = (items: number[], limit: number) => Array.fromAsync(batchByWeight(items, limit, (item) => item))

  it('never exceed the limit unless one item alone does', async () => {
    expect(await weigh([3, 3, 3, 9, 1, 2, 20, 1], 9)).toEqual([[3, 3, 3], [9], [1, 2], [20], [1]])
  })

  it('let weightless items in, and end without an empty one', async () => {
    expect(await weigh([5, 0, 0, 5], 5)).toEqual([[5, 0, 0], [5]])
    expect(await weigh([], 5)).toEqual([])
  })

  it('refuse a limit that holds nothing', async () => {
    await expect(weigh([1], 0)).rejects.toThrow(RangeError)
  })
})
