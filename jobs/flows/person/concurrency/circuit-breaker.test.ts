import { describe, expect, it } from 'vitest'
import { Streak } from './circuit-breaker.ts'

describe('failures in a row', () => {
  it('are counted from the last success', () => {
    const streak = new Streak()
    const questions = [1, 2, 3, 4, 5].map(() => streak.begin())
    expect(questions).toEqual([1, 2, 3, 4, 5])
    expect(streak.failed(1)).toBe(1)
    expect(streak.failed(2)).toBe(2)
    streak.succeeded(3)
    expect(streak.failed(4)).toBe(1)
    expect(streak.failed(5)).toBe(2)
  })

  it('are counted in the order of the questions, whenever the answers come', () => {
    const streak = new Streak()
    for (let n = 0; n < 100; n++) streak.begin()
    streak.succeeded(100)
    for (const question of [3, 40, 77]) expect(streak.failed(question)).toBe(0)
  })

  it('before a success that comes late are forgotten', () => {
    const streak = new Streak()
    for (let n = 0; n < 5; n++) streak.begin()
    streak.failed(1)
    streak.failed(2)
    streak.failed(5)
    streak.succeeded(4)
    streak.succeeded(2)
    streak.begin()
    expect(streak.failed(6)).toBe(2)
  })
})
