import { describe, expect, it } from 'vitest'
import { deferred, turns } from '#lib/testing/clock/fake-clock.ts'
import type { Rejection } from './ledger.ts'
import { createQuarantine } from './quarantine.ts'

const row = (key: string): Rejection => ({ at: 0, task: 'load', key, reason: 'no term code' })

describe('the quarantine', () => {
  it('writes rows of the same moment together', async () => {
    const writes: string[][] = []
    const quarantine = createQuarantine(async (rows) => void writes.push(rows.map((r) => r.key)))
    await Promise.all(['a', 'b', 'c'].map((key) => quarantine(row(key))))
    expect(writes).toEqual([['a', 'b', 'c']])
  })

  it('collects the next ones while a write is under way', async () => {
    const gate = deferred()
    const writes: string[][] = []
    const quarantine = createQuarantine(async (rows) => {
      writes.push(rows.map((r) => r.key))
      if (writes.length === 1) await gate.promise
    })
    const first = quarantine(row('a'))
    await turns()
    const later = Promise.all([quarantine(row('b')), quarantine(row('c'))])
    await turns()
    expect(writes).toEqual([['a']])
    gate.resolve()
    await Promise.all([first, later])
    expect(writes).toEqual([['a'], ['b', 'c']])
  })

  it('settles each row only when it is written', async () => {
    const gate = deferred()
    const quarantine = createQuarantine(() => gate.promise)
    let settled = false
    const writing = quarantine(row('a')).then(() => {
      settled = true
    })
    await turns()
    expect(settled).toBe(false)
    gate.resolve()
    await writing
    expect(settled).toBe(true)
  })

  it('fails the rows of a failed write, and only those', async () => {
    let fails = true
    const quarantine = createQuarantine(async () => {
      if (fails) throw new Error('no database')
    })
    const failed = [quarantine(row('a')), quarantine(row('b'))]
    expect((await Promise.allSettled(failed)).map((r) => r.status)).toEqual(['rejected', 'rejected'])
    fails = false
    await expect(quarantine(row('c'))).resolves.toBeUndefined()
  })
})
