import { describe, expect, it } from 'vitest'
import { turns } from '#lib/testing/turns.ts'
import { Backlog } from './backlog.ts'

const { signal } = new AbortController()

describe('a backlog', () => {
  it('holds nobody up while fewer than enough are ready', async () => {
    const backlog = new Backlog(2)
    backlog.add()
    await expect(backlog.untilShort(signal)).resolves.toBeUndefined()
  })

  it('holds up whoever would make more, until one of enough is taken', async () => {
    const backlog = new Backlog(2)
    const gone: string[] = []
    for (let ready = 0; ready < 3; ready += 1) backlog.add()
    for (const name of ['a', 'b']) void backlog.untilShort(signal).then(() => gone.push(name))
    backlog.take()
    await turns()
    expect(gone).toEqual([])
    backlog.take()
    await turns()
    expect(gone).toEqual(['a', 'b'])
  })

  it('goes on waiting when what was taken has been replaced meanwhile', async () => {
    const backlog = new Backlog(1)
    let gone = false
    backlog.add()
    void backlog.untilShort(signal).then(() => {
      gone = true
    })
    backlog.take()
    backlog.add()
    await turns()
    expect(gone).toBe(false)
    backlog.take()
    await turns()
    expect(gone).toBe(true)
  })

  it('lets go of those who are called away', async () => {
    const backlog = new Backlog(0)
    const control = new AbortController()
    const waiting = backlog.untilShort(control.signal)
    control.abort(new Error('stop'))
    await expect(waiting).rejects.toThrow('stop')
  })
})
