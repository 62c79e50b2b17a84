import { describe, expect, it } from 'vitest'
import { adoptedKey, feedKeyIn } from './adopted-key.ts'

describe('the key of a name', () => {
  it.each([
    ['Student records', 'student-records'],
    ['2024 Sales', 'group-2024-sales'],
    ['Café & Bar', 'cafe-bar'],
    ['constructor', 'group-constructor'],
    ['K 9', 'k-9'],
  ])('%s is %s', (name, key) => expect(adoptedKey(name, 'group')).toBe(key))

  it('in another script has a mark of its own, and begins as what it names', () => {
    const [one, other] = [adoptedKey('売上', 'feed'), adoptedKey('費用', 'feed')]
    expect(one).toMatch(/^feed-[0-9a-z]{7}$/)
    expect(other).not.toBe(one)
    expect(adoptedKey('Q1 売上', 'feed')).toMatch(/^q1-[0-9a-z]{7}$/)
    expect(adoptedKey('!?', 'feed')).not.toBe(adoptedKey('?!', 'feed'))
  })

  it('that is too long keeps its end apart', () => {
    const long = 'a dashboard with a name that goes on and on and on and on and on'
    expect(adoptedKey(`${long} one`, 'feed')).not.toBe(adoptedKey(`${long} two`, 'feed'))
    expect(adoptedKey(`${long} one`, 'feed').length).toBeLessThanOrEqual(60)
  })
})

describe('the key of a feed', () => {
  it('has its group before it', () => expect(feedKeyIn('finance', 'revenue')).toBe('finance-revenue'))

  it('fits an address however long both are', () => {
    const [one, other] = [feedKeyIn('g'.repeat(60), `${'f'.repeat(59)}1`), feedKeyIn('g'.repeat(60), `${'f'.repeat(59)}2`)]
    expect([one.length, other.length]).toEqual([100, 100])
    expect(one).not.toBe(other)
  })
})
