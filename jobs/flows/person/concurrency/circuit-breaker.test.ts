import { describe, expect, it } from 'vitest'
import { CircuitBreaker } from './circuit-breaker.ts'

describe('failures in a row', () => {
  it('are counted from the last success', () => {
    const breaker = new CircuitBreaker()
    const questions = [1, 2, 3, 4, 5].map(() => breaker.begin())
    expect(questions).toEqual([1, 2, 3, 4, 5])
    expect(breaker.failed(1)).toBe(1)
    expect(breaker.failed(2)).toBe(2)
    breaker.succeeded(3)
    expect(breaker.failed(4)).toBe(1)
    expect(breaker.failed(5)).toBe(2)
  })

  it('are counted in the order of the questions, whenever the answers come', () => {
    const breaker = new CircuitBreaker()
    for (let n = 0; n < 100; n++) breaker.begin()
    breaker.succeeded(100)
    for (const question of [3, 40, 77]) expect(breaker.failed(question)).toBe(0)
  })

  it('before a success that comes late are forgotten', () => {
    const breaker = new CircuitBreaker()
    for (let n = 0; n < 5; n++) breaker.begin()
    breaker.failed(1)
    breaker.failed(2)
    breaker.failed(5)
    breaker.succeeded(4)
    breaker.succeeded(2)
    breaker.begin()
    expect(breaker.failed(6)).toBe(2)
  })
})
