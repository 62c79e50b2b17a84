import { describe, expect, it } from 'vitest'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createWakeSignal } from './wake-signal.ts'

const START = '2026-03-01T02:00:00Z'
const never = new AbortController().signal

function waiting(wakeSignal: ReturnType<typeof createWakeSignal>, signal = never) {
  const state = { awake: false }
  void wakeSignal.wait(5000, signal).then(() => {
    state.awake = true
  })
  return state
}

describe('a wake signal', () => {
  it('lets its loop sleep for the given time', async () => {
    const clock = new FakeClock(START)
    const loop = waiting(createWakeSignal(clock))
    await clock.advance(4999)
    expect(loop.awake).toBe(false)
    await clock.advance(1)
    await turns()
    expect(loop.awake).toBe(true)
  })

  it('wakes its loop at once', async () => {
    const wakeSignal = createWakeSignal(new FakeClock(START))
    const loop = waiting(wakeSignal)
    wakeSignal.wake()
    await turns()
    expect(loop.awake).toBe(true)
  })

  it('does not let its loop fall asleep when it was woken before', async () => {
    const wakeSignal = createWakeSignal(new FakeClock(START))
    wakeSignal.wake()
    const first = waiting(wakeSignal)
    await turns()
    expect(first.awake).toBe(true)
    const second = waiting(wakeSignal)
    await turns()
    expect(second.awake).toBe(false)
  })

  it('ends its wait when the loop is aborted', async () => {
    const stop = new AbortController()
    const loop = waiting(createWakeSignal(new FakeClock(START)), stop.signal)
    stop.abort()
    await turns()
    expect(loop.awake).toBe(true)
  })
})
