import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { deferred, FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { runHarness } from '#lib/testing/runs/run-harness.ts'
import { boundedMap } from './bounded-map.ts'
import { createRetry } from './quiet-retry.ts'
import { RunStopped } from './stop.ts'

const START = Date.parse('2026-03-01T02:00:00Z')
const LADDER = { retries: 4, backoffMs: 10_000, backoffFactor: 3, backoffMaxMs: 270_000 }
const busy = (more: { retryAfterMs?: number } = {}) =>
  new TidemarkError('unavailable', { publicMessage: 'The source is busy.', retryable: true, ...more })
const wrong = new TidemarkError('refused', { publicMessage: 'The source refused the credentials.' })

function harness(random = 1) {
  const clock = new FakeClock(START)
  const control = new AbortController()
  return { clock, control, retry: createRetry({ clock, random: () => random, signal: control.signal }) }
}

async function settle<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let over = false
  const settled = promise.finally(() => {
    over = true
  })
  settled.catch(() => {})
  while (!over) {
    await turns()
    await clock.advance(1000)
  }
  return settled
}

describe('a quiet retry', () => {
  it('climbs the ladder and ends with the first success', async () => {
    const { clock, retry } = harness()
    const at: number[] = []
    const waits: number[] = []
    const work = async () => {
      at.push((clock.now() - START) / 1000)
      if (at.length < 5) throw busy()
      return 'rows'
    }
    expect(await settle(clock, retry({ ...LADDER, onWait: (ms) => waits.push(ms) }, work))).toBe('rows')
    expect(at).toEqual([0, 10, 40, 130, 400])
    expect(waits).toEqual([10_000, 30_000, 90_000, 270_000])
  })

  it('throws what the last try threw', async () => {
    const { clock, retry } = harness()
    let tries = 0
    const work = async () => {
      tries += 1
      throw new TidemarkError('unavailable', { publicMessage: `try ${tries}`, retryable: true })
    }
    await expect(settle(clock, retry(LADDER, work))).rejects.toThrow('try 5')
  })

  it('does not repeat what asking again cannot help', async () => {
    const { clock, retry } = harness()
    let tries = 0
    const work = async () => {
      tries += 1
      throw wrong
    }
    await expect(retry(LADDER, work)).rejects.toBe(wrong)
    expect([tries, clock.now()]).toEqual([1, START])
  })

  it('tries once when no retries are asked for', async () => {
    const { retry } = harness()
    await expect(retry({}, () => Promise.reject(busy()))).rejects.toThrow('busy')
  })

  it('comes no sooner than the other side asked for', async () => {
    const { clock, retry } = harness()
    const waits: number[] = []
    const work = async () => {
      if (waits.length === 0) throw busy({ retryAfterMs: 77_000 })
      return clock.now() - START
    }
    expect(await settle(clock, retry({ ...LADDER, onWait: (ms) => waits.push(ms) }, work))).toBeGreaterThanOrEqual(77_000)
    expect(waits).toEqual([77_000])
  })

  it('shortens its waits by chance, so that many do not come back together', async () => {
    const { clock, retry } = harness(0)
    const waits: number[] = []
    await expect(
      settle(
        clock,
        retry({ ...LADDER, onWait: (ms) => waits.push(ms) }, () => Promise.reject(busy())),
      ),
    ).rejects.toThrow()
    expect(waits).toEqual([5000, 15_000, 45_000, 135_000])
  })

  it('limits each try, and a try that took too long is worth another', async () => {
    const { clock, retry } = harness()
    let tries = 0
    const work = async (signal: AbortSignal) => {
      tries += 1
      if (tries === 2) return 'rows'
      await clock.sleep(3_600_000, signal)
      return 'too late'
    }
    expect(await settle(clock, retry({ ...LADDER, timeoutMs: 30_000 }, work))).toBe('rows')
  })

  it('ends with the reason of a stop, in a try and in a wait', async () => {
    for (const atMs of [0, 5000]) {
      const { clock, control, retry } = harness()
      const never = new Promise<never>(() => {})
      const running = retry(LADDER, () => (atMs === 0 ? never : Promise.reject(busy())))
      running.catch(() => {})
      await turns()
      await clock.advance(atMs)
      control.abort(new RunStopped('cancelled'))
      await expect(running).rejects.toMatchObject({ reason: 'cancelled' })
    }
  })

  it('gives its slot of a map to others while it waits', async () => {
    const { clock, control, retry } = harness()
    const begun: number[] = []
    const first = deferred()
    const work = (item: number) =>
      retry(LADDER, async () => {
        begun.push(item)
        if (item === 1 && begun.length === 1) throw busy()
        if (item === 2) first.resolve()
        return item
      })
    const results = boundedMap([1, 2], work, { concurrency: 1, waitingMax: 2, signal: control.signal })
    const done = Array.fromAsync(results)
    await first.promise
    expect(clock.now()).toBe(START)
    expect(await settle(clock, done)).toEqual([2, 1])
    expect(begun).toEqual([1, 2, 1])
  })
})

describe('in a flow', () => {
  it('a retry leaves no row in the ledger and no line in the log', async () => {
    const { start, ledger, clock } = runHarness()
    let tries = 0
    const end = start(async (ctx) => {
      const rows = await ctx.retry({ retries: 1, backoffMs: 1000 }, async () => {
        tries += 1
        if (tries === 1) throw busy()
        return 7
      })
      return { rowsLoaded: rows, rowsSeen: rows, summary: {} }
    })
    expect(await settle(clock, end)).toMatchObject({ state: 'completed', rowsLoaded: 7 })
    expect([ledger.started, ledger.entries, ledger.waits]).toEqual([[], [], []])
  })

  it('a map lets as many wait as it says', async () => {
    const { start, clock } = runHarness()
    const asked: number[] = []
    const end = start(async (ctx) => {
      const items = Array.from({ length: 20 }, (_, index) => index)
      const ask = (item: number) =>
        ctx.retry({ retries: 1, backoffMs: 60_000 }, async () => {
          asked.push(item)
          throw busy()
        })
      for await (const _ of ctx.map(items, 2, (item) => ask(item).catch(() => item), { waitingMax: 6 }));
      return { rowsLoaded: 0, rowsSeen: 0, summary: {} }
    })
    await turns(50)
    // An item that was taken when there was room may come to wait, too.
    expect(asked.length).toBeGreaterThanOrEqual(6)
    expect(asked.length).toBeLessThanOrEqual(8)
    expect((await settle(clock, end)).state).toBe('completed')
    expect(asked).toHaveLength(40)
  })
})
