import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { Remembered } from './remembered.ts'

let clock: FakeClock
let lookUps: number
let remembered: Remembered<number>
const get = (name = 'a') =>
  remembered.get(name, async () => {
    lookUps += 1
    return lookUps
  })

beforeEach(() => {
  clock = new FakeClock('2026-11-20T12:00:00Z')
  remembered = new Remembered(clock, 1000)
  lookUps = 0
})

describe('what was asked for lately', () => {
  it('is looked up once for all who ask at the same time and shortly after', async () => {
    expect(await Promise.all(Array.from({ length: 1000 }, () => get()))).toEqual(Array.from({ length: 1000 }, () => 1))
    await clock.advance(999)
    expect(await get()).toBe(1)
    expect(await get('b')).toBe(2)
  })

  it('is looked up anew after a while, and when it was forgotten, also while it was being looked up', async () => {
    const first = get()
    remembered.forget()
    expect(await Promise.all([first, get()])).toEqual([1, 2])
    await clock.advance(1000)
    expect(await get()).toBe(3)
  })

  it('is not remembered where it could not be looked up', async () => {
    await expect(remembered.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    expect(await get()).toBe(1)
  })

  it('is no more than there is room for', async () => {
    for (let i = 0; i < 3000; i += 1) await get(`name ${i}`)
    expect([await get('name 0'), await get('name 2999')]).toEqual([3001, 3000])
  })
})
