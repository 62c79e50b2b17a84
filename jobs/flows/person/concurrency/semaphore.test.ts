import { describe, expect, it } from 'vitest'
import { turns } from '#lib/testing/clock/fake-clock.ts'
import { Semaphore } from './semaphore.ts'

const { signal } = new AbortController()

describe('the semaphore between two stages', () => {
  it('lets in as many as its size, and the next when somebody leaves', async () => {
    const semaphore = new Semaphore(10)
    const entered: string[] = []
    const enter = (name: string, size: number) => semaphore.enter(size, signal).then(() => entered.push(name))
    void enter('a', 6)
    void enter('b', 4)
    void enter('c', 3)
    void enter('d', 1)
    await turns()
    expect([entered, semaphore.inside]).toEqual([['a', 'b'], 10])
    semaphore.leave(4)
    await turns()
    expect([entered, semaphore.inside]).toEqual([['a', 'b', 'c', 'd'], 10])
  })

  it('keeps the order: a small group does not pass a large one that waits', async () => {
    const semaphore = new Semaphore(10)
    const entered: string[] = []
    await semaphore.enter(8, signal)
    void semaphore.enter(9, signal).then(() => entered.push('large'))
    void semaphore.enter(1, signal).then(() => entered.push('small'))
    await turns()
    expect(entered).toEqual([])
    semaphore.leave(8)
    await turns()
    expect(entered).toEqual(['large', 'small'])
  })

  it('takes a group larger than itself when it is empty, and only then', async () => {
    const semaphore = new Semaphore(10)
    await semaphore.enter(25, signal)
    let entered = false
    void semaphore.enter(1, signal).then(() => {
      entered = true
    })
    await turns()
    expect(entered).toBe(false)
    semaphore.leave(25)
    await turns()
    expect([entered, semaphore.inside]).toEqual([true, 1])
  })

  it('is left by those who are called away while they wait', async () => {
    const semaphore = new Semaphore(1)
    const control = new AbortController()
    await semaphore.enter(1, signal)
    const waiting = semaphore.enter(1, control.signal)
    control.abort(new Error('stop'))
    await expect(waiting).rejects.toThrow('stop')
    semaphore.leave(1)
    expect(semaphore.inside).toBe(0)
  })
})
