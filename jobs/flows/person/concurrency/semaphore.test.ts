import { describe, expect, it } from 'vitest'
import { turns } from '#lib/testing/clock/turns.ts'
import { Room } from './semaphore.ts'

const { signal } = new AbortController()

describe('a room', () => {
  it('lets in as many as there is room for, and the next when somebody leaves', async () => {
    const room = new Room(10)
    const entered: string[] = []
    const enter = (name: string, size: number) => room.enter(size, signal).then(() => entered.push(name))
    void enter('a', 6)
    void enter('b', 4)
    void enter('c', 3)
    void enter('d', 1)
    await turns()
    expect([entered, room.inside]).toEqual([['a', 'b'], 10])
    room.leave(4)
    await turns()
    expect([entered, room.inside]).toEqual([['a', 'b', 'c', 'd'], 10])
  })

  it('keeps the order: a small group does not pass a large one that waits', async () => {
    const room = new Room(10)
    const entered: string[] = []
    await room.enter(8, signal)
    void room.enter(9, signal).then(() => entered.push('large'))
    void room.enter(1, signal).then(() => entered.push('small'))
    await turns()
    expect(entered).toEqual([])
    room.leave(8)
    await turns()
    expect(entered).toEqual(['large', 'small'])
  })

  it('takes a group larger than itself when it is empty, and only then', async () => {
    const room = new Room(10)
    await room.enter(25, signal)
    let entered = false
    void room.enter(1, signal).then(() => {
      entered = true
    })
    await turns()
    expect(entered).toBe(false)
    room.leave(25)
    await turns()
    expect([entered, room.inside]).toEqual([true, 1])
  })

  it('is left by those who are called away while they wait', async () => {
    const room = new Room(1)
    const control = new AbortController()
    await room.enter(1, signal)
    const waiting = room.enter(1, control.signal)
    control.abort(new Error('stop'))
    await expect(waiting).rejects.toThrow('stop')
    room.leave(1)
    expect(room.inside).toBe(0)
  })
})
