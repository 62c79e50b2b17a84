import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowResult } from '#lib/engine/flow.ts'
import { deferred, turns } from '#lib/testing/clock/fake-clock.ts'
import { HOUR, result, runHarness } from '#lib/testing/runs/run-harness.ts'
import { RunStopped } from './stop.ts'

describe('a run that does not get there', () => {
  it('fails in the words of the error, with the rest for engineers', async () => {
    const { start, closed } = runHarness()
    const error = new TidemarkError('refused', { publicMessage: 'The term answer was empty.', message: 'GET /x → 0 rows' })
    expect(await start(() => Promise.reject(error))).toMatchObject({
      state: 'failed',
      problem: 'The term answer was empty.',
      internalProblem: 'GET /x → 0 rows',
    })
    expect(closed).toEqual(['lake'])
  })

  it('fails in neutral words after a surprise', async () => {
    const { start } = runHarness()
    const end = await start(() => Promise.reject(new Error('password=secret')))
    expect(end.state).toBe('failed')
    expect(end.problem).not.toContain('secret')
    expect(end.internalProblem).toContain('secret')
  })

  it('fails when the lake cannot be opened', async () => {
    const { start } = runHarness({ lake: () => Promise.reject(new TidemarkError('unavailable', { publicMessage: 'No lake.' })) })
    expect(await start(async () => result)).toMatchObject({ state: 'failed', problem: 'No lake.' })
  })

  it('tries again while the lake lets nobody in, says what it waits for, and goes on when it is there', async () => {
    let asked = 0
    const full = new TidemarkError('unavailable', { publicMessage: 'The lake could not be reached.', retryable: true })
    const { start, clock, ledger } = runHarness({
      lake: (lake) => (++asked < 4 ? Promise.reject(full) : Promise.resolve(lake)),
    })
    const running = start(async () => result)
    for (const ms of [2000, 4000, 8000]) {
      await turns()
      await clock.advance(ms)
    }
    expect(await running).toMatchObject({ state: 'completed' })
    expect(asked).toBe(4)
    expect(ledger.waits[0]).toBe('The lake could not be reached. The run begins when it can connect; tried again in 2 s.')
    expect(ledger.waits.at(-1)).toBeNull()
  })

  it('tries again when its own ledger cannot be reached, and fails in words when that lasts', async () => {
    const { start, clock, ledger } = runHarness()
    ledger.storedResults = () => Promise.reject(Object.assign(new Error('sorry, too many clients already'), { code: '53300' }))
    const running = start(async () => result)
    for (let waited = 0; waited < 14; waited++) {
      await turns()
      await clock.advance(60_000)
    }
    expect(await running).toMatchObject({ state: 'failed', problem: "Tidemark's own database could not be reached." })
  })

  it('times out, and tells the flow', async () => {
    const { start, clock } = runHarness()
    let told: unknown
    const running = start(async (ctx) => {
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()))
      told = ctx.signal.reason
      return result
    })
    await turns()
    await clock.advance(HOUR)
    expect((await running).state).toBe('timed-out')
    expect(told).toBeInstanceOf(RunStopped)
  })

  it('is cancelled in the middle of a task, whose end is written down', async () => {
    const { start, control, ledger } = runHarness()
    const running = start(async (ctx) => {
      await ctx.task('fetch', { retries: 3 }, () => deferred().promise)
      return result
    })
    await turns()
    control.abort(new RunStopped('cancelled'))
    expect(await running).toMatchObject({ state: 'cancelled', problem: 'The run was cancelled.' })
    expect(ledger.ended).toMatchObject([{ name: 'fetch', state: 'cancelled' }])
  })

  it('is left alone when it does not notice that it was stopped', async () => {
    const { start, control, clock, closed } = runHarness()
    const running = start(() => deferred<FlowResult>().promise)
    await turns()
    control.abort(new RunStopped('handed-back'))
    await turns()
    await clock.advance(5000)
    expect((await running).state).toBe('handed-back')
    expect(closed).toEqual(['lake'])
  })

  it('knows that somebody else took it over, from its signal or from a refused write', async () => {
    const byFence = runHarness()
    expect((await byFence.start(() => Promise.reject(new RunStopped('fenced')))).state).toBe('fenced')
    const bySignal = runHarness()
    const running = bySignal.start(() => deferred<FlowResult>().promise)
    await turns()
    bySignal.control.abort(new RunStopped('fenced'))
    await turns()
    await bySignal.clock.advance(5000)
    expect((await running).state).toBe('fenced')
  })

  it('does not count as completed when it was stopped before it started', async () => {
    const { start, control } = runHarness()
    control.abort(new RunStopped('cancelled'))
    expect((await start(async () => result)).state).toBe('cancelled')
  })

  it('ends even when the ledger cannot be written any more', async () => {
    const { start, ledger } = runHarness()
    const end = await start(async (ctx) => {
      ctx.log.info('one')
      ledger.fail = new RunStopped('fenced')
      await ctx.task('load', {}, async () => 1)
      return result
    })
    expect(end.state).toBe('fenced')
  })
})
