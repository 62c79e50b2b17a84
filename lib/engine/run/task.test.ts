import { describe, expect, it, vi } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { deferred, FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { MemoryLedger } from '#lib/testing/runs/memory-ledger.ts'
import { boundedMap } from './bounded-map.ts'
import { RunStopped } from './stop.ts'
import { createTaskRunner } from './task.ts'

const START = Date.parse('2026-03-01T02:00:00Z')
const busy = (more: { retryAfterMs?: number } = {}) =>
  new TidemarkError('unavailable', { publicMessage: 'The source is busy.', retryable: true, ...more })

function harness(stored: Record<string, unknown> = {}) {
  const clock = new FakeClock(START)
  const ledger = new MemoryLedger(stored)
  const control = new AbortController()
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const task = createTaskRunner({ clock, random: () => 1, ledger, signal: control.signal, stored: ledger.stored, warn })
  return { clock, ledger, control, task, warnings }
}

function failing(times: number, error: unknown) {
  const at: number[] = []
  return {
    at,
    work: async (now: () => number) => {
      at.push(now())
      if (at.length <= times) throw error
      return 'done'
    },
  }
}

describe('a task', () => {
  it('is written down with its start, its end, its tries and its result', async () => {
    const { clock, ledger, task } = harness()
    const running = task('fetch', {}, async () => {
      await clock.sleep(2000)
      return { rows: 3 }
    })
    await turns()
    await clock.advance(2000)
    expect(await running).toEqual({ rows: 3 })
    expect(ledger.started).toEqual([{ name: 'fetch', at: START }])
    expect(ledger.ended).toEqual([{ name: 'fetch', at: START + 2000, state: 'completed', tries: 1, result: { rows: 3 } }])
  })

  it('is not run again when an earlier attempt stored its result', async () => {
    const { ledger, task } = harness({ fetch: ['2261'] })
    const work = vi.fn(async () => ['never'])
    expect(await task('fetch', {}, work)).toEqual(['2261'])
    expect(work).not.toHaveBeenCalled()
    expect(ledger.started).toEqual([])
  })

  it('gives back a stored null without running', async () => {
    const { task } = harness({ fetch: null })
    expect(await task<string | null>('fetch', {}, async () => 'never')).toBeNull()
  })

  it('stores nothing for a result that JSON cannot hold, so that it runs again after a crash', async () => {
    const { ledger, task } = harness()
    await task('nothing', {}, async () => {})
    await task('map', {}, async () => new Map([[1, 2]]))
    expect(ledger.ended.map((end) => 'result' in end)).toEqual([false, false])
  })

  it('has a name of its own', async () => {
    const { task } = harness()
    await task('fetch', {}, async () => 1)
    await expect(task('fetch', {}, async () => 2)).rejects.toThrow('two tasks called "fetch"')
  })

  it('that fails says so in words and throws what it threw', async () => {
    const { ledger, task } = harness()
    const error = new TidemarkError('refused', { publicMessage: 'The answer was empty.', message: 'internal' })
    await expect(task('fetch', { retries: 3 }, () => Promise.reject(error))).rejects.toBe(error)
    expect(ledger.ended).toEqual([{ name: 'fetch', at: START, state: 'failed', tries: 1, problem: 'The answer was empty.' }])
  })

  it('never puts a surprise into words of its own making', async () => {
    const { ledger, task } = harness()
    await expect(task('fetch', {}, () => Promise.reject(new Error('password=secret')))).rejects.toThrow('password')
    expect(ledger.ended[0]?.problem).not.toContain('secret')
  })

  it('that can no longer be written down fails', async () => {
    const { ledger, task } = harness()
    ledger.fail = new RunStopped('fenced')
    const work = vi.fn(async () => 1)
    await expect(task('fetch', {}, work)).rejects.toMatchObject({ code: 'fenced' })
    expect(work).not.toHaveBeenCalled()
  })
})

describe('retries', () => {
  it('wait longer each time and end with the first success', async () => {
    const { clock, ledger, task, warnings } = harness()
    const { at, work } = failing(3, busy())
    const running = task('fetch', { retries: 5, backoffMs: 1000 }, () => work(() => clock.now()))
    for (let i = 0; i < 8; i++) {
      await turns()
      await clock.advance(1000)
    }
    expect(await running).toBe('done')
    expect(at.map((instant) => instant - START)).toEqual([0, 1000, 3000, 7000])
    expect(ledger.ended[0]).toMatchObject({ state: 'completed', tries: 4 })
    expect(warnings).toHaveLength(3)
    expect(ledger.taskWaitings.map(({ at, until, tries }) => [at - START, until - START, tries])).toEqual([
      [0, 1000, 1],
      [1000, 3000, 2],
      [3000, 7000, 3],
    ])
    expect(warnings[0]).toContain('The source is busy.')
  })

  it('end after the allowed number', async () => {
    const { clock, ledger, task } = harness()
    const { at, work } = failing(99, busy())
    const running = task('fetch', { retries: 2, backoffMs: 1 }, () => work(() => clock.now()))
    const refused = expect(running).rejects.toThrow('The source is busy.')
    for (let i = 0; i < 5; i++) {
      await turns()
      await clock.advance(1000)
    }
    await refused
    expect(at).toHaveLength(3)
    expect(ledger.ended).toMatchObject([{ state: 'failed', tries: 3 }])
  })

  it('do not happen for an error that would only come again', async () => {
    const { clock, task } = harness()
    const { at, work } = failing(1, new TidemarkError('refused', { publicMessage: 'Wrong password.' }))
    await expect(task('fetch', { retries: 5 }, () => work(() => clock.now()))).rejects.toThrow('Wrong password.')
    expect(at).toHaveLength(1)
  })

  it('wait as long as the other side asked', async () => {
    const { clock, task } = harness()
    const { at, work } = failing(1, busy({ retryAfterMs: 90_000 }))
    const running = task('fetch', { retries: 1, backoffMs: 1000 }, () => work(() => clock.now()))
    await turns()
    await clock.advance(89_999)
    expect(at).toHaveLength(1)
    await clock.advance(1)
    expect(await running).toBe('done')
  })

  it('say that they wait, and when they no longer do', async () => {
    const { clock, ledger, task } = harness()
    const { work } = failing(1, busy())
    const running = task('fetch', { retries: 1, backoffMs: 1000 }, () => work(() => clock.now()))
    await turns()
    expect(ledger.waits).toEqual(['Task fetch waits to be tried again.'])
    await clock.advance(1000)
    await running
    expect(ledger.waits.at(-1)).toBeNull()
  })

  it('end at once when the run is stopped while they wait', async () => {
    const { control, ledger, task } = harness()
    const running = task('fetch', { retries: 5, backoffMs: 60_000 }, () => Promise.reject(busy()))
    const refused = expect(running).rejects.toMatchObject({ reason: 'cancelled' })
    await turns()
    control.abort(new RunStopped('cancelled'))
    await refused
    expect(ledger.ended).toMatchObject([{ state: 'cancelled', tries: 1, problem: 'The run was cancelled.' }])
  })

  it('give their slot in a map to other items', async () => {
    const { clock, control, task } = harness()
    const first = failing(1, busy())
    const work = (n: number) =>
      task(`item-${n}`, { retries: 1, backoffMs: 10_000 }, async () => {
        if (n === 1) await first.work(() => clock.now())
        return n
      })
    const results = boundedMap([1, 2, 3], work, { concurrency: 1, waitingMax: 4, signal: control.signal })
    expect((await results.next()).value).toBe(2)
    expect((await results.next()).value).toBe(3)
    const last = results.next()
    await turns()
    await clock.advance(10_000)
    expect((await last).value).toBe(1)
  })
})

describe('the limit of one try', () => {
  it('stops a try that takes longer, and the next one may do better', async () => {
    const { clock, ledger, task } = harness()
    const signals: AbortSignal[] = []
    const running = task('fetch', { retries: 1, backoffMs: 1000, timeoutMs: 5000 }, async (signal) => {
      signals.push(signal)
      if (signals.length === 1) await deferred().promise
      return 'done'
    })
    await turns()
    await clock.advance(5000)
    await turns()
    expect(signals[0]?.aborted).toBe(true)
    await clock.advance(1000)
    expect(await running).toBe('done')
    expect(ledger.ended[0]).toMatchObject({ state: 'completed', tries: 2 })
  })

  it('fails the task when no try is left', async () => {
    const { clock, ledger, task } = harness()
    const running = task('fetch', { timeoutMs: 5000 }, () => deferred().promise)
    const refused = expect(running).rejects.toMatchObject({ code: 'timeout' })
    await turns()
    await clock.advance(5000)
    await refused
    expect(ledger.ended).toMatchObject([{ state: 'failed', tries: 1 }])
  })

  it('does not touch a try that ended in time', async () => {
    const { clock, task } = harness()
    let seen: AbortSignal | undefined
    await task('fetch', { timeoutMs: 5000 }, async (signal) => {
      seen = signal
    })
    await clock.advance(60_000)
    expect(seen?.aborted).toBe(false)
  })
})
