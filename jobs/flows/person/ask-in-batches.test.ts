import { describe, expect, it } from 'vitest'
import { batchesOf } from './ask-in-batches.ts'
import type { AskedPerson } from './sources/source.ts'

const person = (buid: string, terms: number): AskedPerson => ({
  buid,
  populations: ['student'],
  terms: Array.from({ length: terms }, () => ({})),
  facultyTerms: [],
})

async function* given(...terms: number[]): AsyncGenerator<AskedPerson> {
  for (const [index, count] of terms.entries()) yield person(String(index), count)
}

const direct = ({ terms }: AskedPerson) => ({ kind: 'people', weight: Math.max(1, terms.length), limit: 5 })
const apart = ({ terms }: AskedPerson) =>
  terms.length === 0 ? { kind: 'without', weight: 1, limit: 2 } : { kind: 'with', weight: terms.length, limit: 5 }

const weights = (batches: AskedPerson[][]) => batches.map((batch) => batch.map(({ terms }) => terms.length))

describe('batches of people', () => {
  it('never exceed their limit unless one person alone does', async () => {
    const batches = await Array.fromAsync(batchesOf(given(2, 2, 2, 9, 5, 1, 0, 0, 3), direct))
    expect(weights(batches)).toEqual([[2, 2], [2], [9], [5], [1, 0, 0], [3]])
  })

  it('weigh everybody once, however many they hold', async () => {
    let weighed = 0
    const shareOf = (asked: AskedPerson) => {
      weighed += 1
      return { ...direct(asked), limit: 1000 }
    }
    expect(await Array.fromAsync(batchesOf(given(...Array.from({ length: 500 }, () => 1)), shareOf))).toHaveLength(1)
    expect(weighed).toBe(500)
  })

  it('count somebody without terms as one', async () => {
    expect(weights(await Array.fromAsync(batchesOf(given(0, 0, 0, 0, 0, 0), direct)))).toEqual([[0, 0, 0, 0, 0], [0]])
  })

  it('keep kinds apart, each with its own limit', async () => {
    const batches = await Array.fromAsync(batchesOf(given(0, 3, 0, 3, 0, 2), apart))
    expect(weights(batches)).toEqual([[3], [0, 0], [0], [3, 2]])
  })

  it('are none of nobody', async () => {
    expect(await Array.fromAsync(batchesOf(given(), direct))).toEqual([])
  })

  it('take no more from their source than the first person who does not fit', async () => {
    let taken = 0
    async function* endless() {
      for (;;) yield person(String(taken++), 2)
    }
    for await (const batch of batchesOf(endless(), direct)) {
      expect(batch).toHaveLength(2)
      break
    }
    expect(taken).toBe(3)
  })
})
