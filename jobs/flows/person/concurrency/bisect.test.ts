import { describe, expect, it } from 'vitest'
import type { AskedPerson } from '#jobs/flows/person/sources/source.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { askByBisection, isWorthBisecting } from './bisect.ts'

const people = (count: number): AskedPerson[] =>
  Array.from({ length: count }, (_, index) => ({ buid: String(index), populations: ['student'], terms: [], facultyTerms: [] }))
const refused = new TidemarkError('refused', { publicMessage: 'A row cannot be sent.' })
const names = (batch: readonly AskedPerson[]) => batch.map(({ buid }) => buid)

function picky(bad: readonly number[], error: unknown = refused) {
  const asked: string[][] = []
  const ask = async (part: readonly AskedPerson[]) => {
    asked.push(names(part))
    if (part.some(({ buid }) => bad.includes(Number(buid)))) throw error
    return names(part)
  }
  return { asked, ask }
}

const goesOn = () => false

describe('a batch that is bisected', () => {
  it('comes but for the one person who spoils it', async () => {
    const { ask, asked } = picky([333])
    const { answers, failed } = await askByBisection(people(1000), refused, ask, goesOn)
    expect(names(failed)).toEqual(['333'])
    expect(answers.flat()).toHaveLength(999)
    expect(asked.length).toBeLessThanOrEqual(20)
  })

  it('costs no more questions than it may, however many spoil it', async () => {
    const { ask, asked } = picky(Array.from({ length: 7 }, (_, index) => index * 70))
    const { answers, failed } = await askByBisection(people(1000), refused, ask, goesOn)
    expect(asked).toHaveLength(24)
    expect(answers.flat().length + failed.length).toBe(1000)
    expect(answers.flat().length).toBeGreaterThan(500)
  })

  it('is given up soon when no part of it is answered', async () => {
    const { ask, asked } = picky(Array.from({ length: 1000 }, (_, index) => index))
    const { answers, failed } = await askByBisection(people(1000), refused, ask, goesOn)
    expect([answers.length, failed.length, asked.length]).toEqual([0, 1000, 6])
  })

  it('never asks for anybody twice who came', async () => {
    const { ask } = picky([1, 6])
    const { answers, failed } = await askByBisection(people(8), refused, ask, goesOn)
    expect(answers.flat().sort()).toEqual(['0', '2', '3', '4', '5', '7'])
    expect(names(failed).sort()).toEqual(['1', '6'])
  })

  it('is left alone as soon as the other side lets nobody in', async () => {
    const gone = new TidemarkError('unavailable', { publicMessage: 'Nobody is there.', systemWide: true, retryable: true })
    const { ask, asked } = picky([0, 1, 2, 3, 4, 5, 6, 7], gone)
    const { failed, error } = await askByBisection(people(8), refused, ask, goesOn)
    expect([failed.length, asked.length, error]).toEqual([8, 2, gone])
  })

  it('ends with the run', async () => {
    const { ask, asked } = picky([0])
    await expect(askByBisection(people(8), refused, ask, () => true)).rejects.toBe(refused)
    expect(asked).toHaveLength(1)
  })
})

describe('bisecting a batch', () => {
  it('is for what one person may be the cause of', () => {
    const slow = new TidemarkError('timeout', { publicMessage: 'Slow.', retryable: true })
    const wrong = new TidemarkError('refused', { publicMessage: 'Wrong key.', systemWide: true })
    expect(isWorthBisecting(people(2), refused)).toBe(true)
    expect(isWorthBisecting(people(1), refused)).toBe(false)
    expect(isWorthBisecting(people(2), slow)).toBe(false)
    expect(isWorthBisecting(people(2), wrong)).toBe(false)
    expect(isWorthBisecting(people(2), new Error('a bug'))).toBe(false)
  })
})
