import { describe, expect, it } from 'vitest'
import { deferred, turns } from '#lib/testing/clock/fake-clock.ts'
import { counted } from '#lib/testing/runs/counted-source.ts'
import { boundedMap } from './bounded-map.ts'
import { currentScope } from './scope.ts'

const never = new AbortController().signal
const options = (more: Partial<Parameters<typeof boundedMap>[2]> = {}) => ({ concurrency: 2, waitingMax: 8, signal: never, ...more })

describe('a bounded map', () => {
  it('gives every result once', async () => {
    const results = await Array.fromAsync(boundedMap([1, 2, 3, 4, 5], async (n) => n * 10, options()))
    expect(results.sort((a, b) => a - b)).toEqual([10, 20, 30, 40, 50])
  })

  it('is over at once for an empty source', async () => {
    expect(await Array.fromAsync(boundedMap([], async () => 1, options()))).toEqual([])
  })

  it('yields in completion order', async () => {
    const gates = [deferred(), deferred()]
    const results = boundedMap([0, 1], (n) => (gates[n] ?? deferred()).promise.then(() => n), options())
    const first = results.next()
    await turns()
    gates[1]?.resolve()
    expect(await first).toEqual({ done: false, value: 1 })
    gates[0]?.resolve()
    expect(await results.next()).toEqual({ done: false, value: 0 })
    expect((await results.next()).done).toBe(true)
  })

  it('never works on more than the allowed number of items', async () => {
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await turns(2)
      running--
    }
    await Array.fromAsync(boundedMap(Array.from({ length: 20 }), work, options({ concurrency: 3 })))
    expect(most).toBe(3)
  })

  it('yields undefined results too', async () => {
    expect(await Array.fromAsync(boundedMap([1, 2], async () => undefined, options()))).toEqual([undefined, undefined])
  })
})

describe('back-pressure', () => {
  it('takes nothing from the source before somebody reads', async () => {
    const { seen, items } = counted()
    boundedMap(items, async (n) => n, options())
    await turns()
    expect(seen.taken).toBe(0)
  })

  it('takes no more than there is room for while the reader is slow', async () => {
    const { seen, items } = counted()
    const results = boundedMap(items, async (n) => n, options({ concurrency: 3 }))
    await results.next()
    await turns(20)
    expect(seen.taken).toBeLessThanOrEqual(4)
    await results.next()
    await turns(20)
    expect(seen.taken).toBeLessThanOrEqual(5)
    await results.return()
    expect(seen.closed).toBe(true)
  })

  it('has in hand as many as there are places now', async () => {
    const { seen, items } = counted()
    let places = 1
    const results = boundedMap(items, async (n) => n, options({ concurrency: 4, places: () => places }))
    const inHand: number[] = []
    for (const [read, now] of [1, 1, 3, 3, 9, 9, 1, 1, 1, 1].entries()) {
      places = now
      await results.next()
      await turns(20)
      inHand.push(seen.taken - (read + 1))
    }
    expect(inHand).toEqual([0, 0, 3, 2, 4, 3, 2, 1, 0, 0])
    await results.return()
  })

  it('keeps working while the reader thinks, up to its bound', async () => {
    const { items } = counted(10)
    let done = 0
    const results = boundedMap(items, async () => ++done, options({ concurrency: 3 }))
    await results.next()
    await turns(20)
    expect(done).toBe(4)
    await results.return()
  })

  it('reaches through two maps and a slow end', async () => {
    const { seen, items } = counted()
    const inner = boundedMap(items, async (n) => n, options())
    const outer = boundedMap(inner, async (n) => n, options())
    await outer.next()
    await turns(30)
    expect(seen.taken).toBeLessThanOrEqual(6)
    await outer.return()
    expect(seen.closed).toBe(true)
  })
})

describe('waiting for a retry', () => {
  it('gives the slot to another item', async () => {
    const gate = deferred()
    const begun: number[] = []
    const work = async (n: number) => {
      begun.push(n)
      if (n === 1) await currentScope()?.slot?.whileWaiting(() => gate.promise)
      return n
    }
    const results = boundedMap([1, 2, 3], work, options({ concurrency: 1 }))
    expect((await results.next()).value).toBe(2)
    expect((await results.next()).value).toBe(3)
    gate.resolve()
    expect((await results.next()).value).toBe(1)
    expect((await results.next()).done).toBe(true)
    expect(begun).toEqual([1, 2, 3])
  })

  it('takes a slot again before it goes on', async () => {
    const gates = new Map([1, 2].map((n) => [n, deferred()]))
    const wait = deferred()
    let running = 0
    let most = 0
    const busy = async (n: number) => {
      most = Math.max(most, ++running)
      await gates.get(n)?.promise
      running--
    }
    const work = async (n: number) => {
      if (n === 1) await currentScope()?.slot?.whileWaiting(() => wait.promise)
      await busy(n)
      return n
    }
    const results = boundedMap([1, 2], work, options({ concurrency: 1 }))
    const first = results.next()
    await turns()
    wait.resolve()
    await turns()
    expect(running).toBe(1)
    gates.get(2)?.resolve()
    expect((await first).value).toBe(2)
    gates.get(1)?.resolve()
    expect((await results.next()).value).toBe(1)
    expect(most).toBe(1)
    await results.return()
  })

  it('stops taking items when too many wait', async () => {
    const gate = deferred()
    const { seen, items } = counted()
    const work = async () => currentScope()?.slot?.whileWaiting(() => gate.promise)
    const results = boundedMap(items, work, options({ concurrency: 2, waitingMax: 5 }))
    const first = results.next()
    await turns(30)
    expect(seen.taken).toBe(5)
    gate.resolve()
    await first
    await results.return()
  })

  it('counts one item once, however many of its parts wait together', async () => {
    const gate = deferred()
    const work = async (n: number) => {
      const wait = () => currentScope()?.slot?.whileWaiting(() => gate.promise)
      if (n === 1) await Promise.all([wait(), wait(), wait()])
      return n
    }
    const results = boundedMap([1, 2, 3, 4], work, options({ concurrency: 1 }))
    expect((await results.next()).value).toBe(2)
    gate.resolve()
    const rest = (await Array.fromAsync(results)).sort()
    expect(rest).toEqual([1, 3, 4])
  })
})
