import { describe, expect, it } from 'vitest'
import { mergeByBisection } from './bisect.ts'

class Refusal extends Error {
  readonly code: string

  constructor(code: string) {
    super('the database refuses')
    this.code = code
  }
}

function taker(bad: ReadonlyMap<number, string>) {
  const batches: (readonly number[])[] = []
  const aside: [number, string][] = []
  const work = async (rows: readonly number[]) => {
    const refused = rows.find((row) => bad.has(row))
    if (refused !== undefined) throw new Refusal(bad.get(refused) ?? '')
    batches.push(rows)
    return rows.length
  }
  const run = (rows: readonly number[]) => mergeByBisection(rows, work, async (row, reason) => void aside.push([row, reason]))
  return { run, batches, aside }
}
const numbers = Array.from({ length: 100 }, (_, index) => index)

describe('a batch that the database refuses', () => {
  it('loses only its bad rows, wherever they are', async () => {
    const { run, batches, aside } = taker(new Map([0, 41, 42, 99].map((row) => [row, '22P05'])))
    const taken = await run(numbers)
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(96)
    expect(aside.map(([row]) => row)).toEqual([0, 41, 42, 99])
    expect(batches.flat()).toEqual(numbers.filter((row) => ![0, 41, 42, 99].includes(row)))
  })

  it('says why in words and with the state, not with the row', async () => {
    const { run, aside } = taker(new Map([[5, '23514']]))
    await run([5])
    expect(aside).toEqual([[5, 'the lake refuses it (SQLSTATE 23514)']])
  })

  it('is not halved when all is well', async () => {
    const { run, batches } = taker(new Map())
    expect(await run(numbers)).toEqual([100])
    expect(batches).toHaveLength(1)
    expect(await run([])).toEqual([0])
  })

  it.each(['40001', '57P01', '08006', '42P01', '53100', ''])('throws what is no row’s fault: %s', async (state) => {
    const { run, aside } = taker(new Map([[1, state]]))
    await expect(run(numbers)).rejects.toThrow('the database refuses')
    expect(aside).toEqual([])
  })
})
