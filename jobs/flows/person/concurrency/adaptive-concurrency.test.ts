import { describe, expect, it } from 'vitest'
import { AdaptiveConcurrency } from './adaptive-concurrency.ts'

function repeat(times: number, act: () => void): void {
  for (let time = 0; time < times; time += 1) act()
}

describe('the concurrency of questions', () => {
  it('is the highest allowed while the lake keeps up', () => {
    const concurrency = new AdaptiveConcurrency(8)
    repeat(20, () => {
      repeat(2, () => concurrency.answered())
      repeat(2, () => concurrency.taken())
    })
    expect(concurrency.questions).toBe(8)
  })

  it.each([
    [2, 8],
    [5, 5],
    [100, 2],
  ])('falls by one for every answer that finds enough others waiting, never below what keeps the lake busy: %i, %i', (answers, left) => {
    const concurrency = new AdaptiveConcurrency(8)
    repeat(answers, () => concurrency.answered())
    expect(concurrency.questions).toBe(left)
  })

  it('rises by one whenever the lake takes the last answer, up to what is allowed', () => {
    const concurrency = new AdaptiveConcurrency(4)
    repeat(4, () => concurrency.answered())
    expect(concurrency.questions).toBe(2)
    repeat(3, () => concurrency.taken())
    expect(concurrency.questions).toBe(2)
    concurrency.taken()
    expect(concurrency.questions).toBe(3)
    repeat(5, () => {
      concurrency.answered()
      concurrency.taken()
    })
    expect(concurrency.questions).toBe(4)
  })

  it('is one after the other when only one is allowed', () => {
    const concurrency = new AdaptiveConcurrency(1)
    repeat(5, () => concurrency.answered())
    expect(concurrency.questions).toBe(1)
    repeat(5, () => concurrency.taken())
    expect(concurrency.questions).toBe(1)
  })
})
