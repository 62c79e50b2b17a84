import { describe, expect, it } from 'vitest'
import { Turnstile } from './turnstile.ts'

describe('a turnstile', () => {
  it('lets so many in at once, and the others in the order they came', async () => {
    const turnstile = new Turnstile(2)
    const began: number[] = []
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    const works = gates.map((gate, index) =>
      turnstile.pass(async () => {
        began.push(index)
        await gate.promise
        return index
      }),
    )
    expect(began).toEqual([0, 1])
    gates[1]?.resolve()
    await works[1]
    expect(began).toEqual([0, 1, 2])
    for (const gate of gates) gate.resolve()
    expect(await Promise.all(works)).toEqual([0, 1, 2, 3])
  })

  it('goes on after a failure', async () => {
    const turnstile = new Turnstile(1)
    const failing = turnstile.pass(() => Promise.reject(new Error('no')))
    const next = turnstile.pass(async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
    expect(await turnstile.pass(async () => 'again')).toBe('again')
  })
})
