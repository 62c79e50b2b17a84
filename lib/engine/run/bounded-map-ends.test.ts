import { describe, expect, it } from 'vitest'
import { turns } from '#lib/testing/clock/fake-clock.ts'
import { counted } from '#lib/testing/runs/counted-source.ts'
import { boundedMap } from './bounded-map.ts'
import { currentScope } from './scope.ts'

const never = new AbortController().signal
const options = (more: Partial<Parameters<typeof boundedMap>[2]> = {}) => ({ concurrency: 2, waitingMax: 8, signal: never, ...more })

describe('a failure', () => {
  it('of one item is thrown, and the source is closed', async () => {
    const { seen, items } = counted()
    const work = async (n: number) => {
      if (n === 3) throw new Error('three')
      return n
    }
    await expect(Array.fromAsync(boundedMap(items, work, options()))).rejects.toThrow('three')
    expect(seen.closed).toBe(true)
  })

  it('tells the others under way and waits for them', async () => {
    const told: unknown[] = []
    const work = async (n: number) => {
      if (n === 2) throw new Error('two')
      const signal = currentScope()?.signal
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      await turns()
      told.push(signal?.reason)
    }
    await expect(Array.fromAsync(boundedMap([1, 2], work, options()))).rejects.toThrow('two')
    expect(told).toEqual([new Error('two')])
  })

  it('of the source is thrown', async () => {
    async function* broken() {
      yield 1
      throw new Error('cut mid-body')
    }
    await expect(Array.fromAsync(boundedMap(broken(), async (n) => n, options()))).rejects.toThrow('cut mid-body')
  })

  it('ends items that wait for a retry', async () => {
    const work = async (n: number) => {
      const scope = currentScope()
      if (n === 2) throw new Error('two')
      await scope?.slot?.whileWaiting(() => new Promise<void>((resolve) => scope.signal.addEventListener('abort', () => resolve())))
    }
    await expect(Array.fromAsync(boundedMap([1, 2], work, options()))).rejects.toThrow('two')
  })
})

describe('an abort', () => {
  it('before the start takes nothing', async () => {
    const { seen, items } = counted()
    const signal = AbortSignal.abort(new Error('stop'))
    await expect(Array.fromAsync(boundedMap(items, async (n) => n, options({ signal })))).rejects.toThrow('stop')
    expect(seen.taken).toBe(0)
  })

  it('in the middle throws its reason, even while the source hangs', async () => {
    const control = new AbortController()
    const hanging = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) }
    const reading = Array.fromAsync(boundedMap(hanging, async (n: number) => n, options({ signal: control.signal })))
    const refused = expect(reading).rejects.toThrow('stop')
    await turns()
    control.abort(new Error('stop'))
    await refused
  })

  it('by a reader that stops early ends what is under way', async () => {
    const aborted: number[] = []
    const work = async (n: number) => {
      if (n === 1) return n
      const signal = currentScope()?.signal
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      aborted.push(n)
      return n
    }
    for await (const _ of boundedMap([1, 2, 3], work, options())) break
    expect(aborted).toContain(2)
  })
})
