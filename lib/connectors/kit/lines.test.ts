import { describe, expect, it } from 'vitest'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock, turns as letRun } from '#lib/testing/clock/fake-clock.ts'
import { Lines } from './lines.ts'
import { Turns } from './turns.ts'

function harness(atOnce: number | null = null) {
  const clock = new FakeClock(0)
  const made: { id: number; isCut: boolean; isClosed: boolean; watched: AbortSignal | null }[] = []
  const lines = new Lines({ clock, turns: new Turns(clock, { atOnce, perMinute: null }) }, async () => {
    const state = { id: made.length + 1, isCut: false, isClosed: false, watched: null as AbortSignal | null }
    made.push(state)
    return {
      state,
      isOpen: () => !state.isCut && !state.isClosed,
      watch: (signal: AbortSignal | null) => {
        state.watched = signal
      },
      close: async () => {
        state.isClosed = true
      },
    }
  })
  const signal = () => new AbortController().signal
  const ask = (own = signal()) => lines.use(own, async ({ state }) => state.id)
  return { clock, made, lines, ask, signal }
}

describe('the lines of a session', () => {
  it('are kept for the next question, which alone can break it then', async () => {
    const { made, ask, signal } = harness()
    const own = signal()
    expect([await ask(), await ask(own), await ask(own)]).toEqual([1, 1, 1])
    expect(made).toMatchObject([{ isClosed: false, watched: null }])
  })

  it('are as many as questions at the same time', async () => {
    const { made, lines, signal } = harness()
    const [one, other] = [await lines.take(signal()), await lines.take(signal())]
    await lines.giveBack(one, true)
    await lines.giveBack(other, true)
    expect(made).toHaveLength(2)
  })

  it('are hung up when the work failed, or was left before its end', async () => {
    const { made, lines, ask, signal } = harness()
    const failing = lines.use(signal(), async () => {
      throw new Error('it broke')
    })
    await expect(failing).rejects.toThrow('it broke')
    const left = lines.stream(signal(), async function* () {
      yield 1
      yield 2
    })
    for await (const _value of left) break
    expect(await ask()).toBe(3)
    expect(made).toMatchObject([{ isClosed: true }, { isClosed: true }, { isClosed: false }])
  })

  it('that were cut while nobody used them are replaced', async () => {
    const { made, ask } = harness()
    await ask()
    Object.assign(made[0] ?? {}, { isCut: true })
    expect(await ask()).toBe(2)
  })

  it('are hung up after half a minute without a question', async () => {
    const { clock, made, ask } = harness()
    await ask()
    await clock.advance(20 * SECOND_MS)
    await ask()
    await clock.advance(29 * SECOND_MS)
    expect(made[0]?.isClosed).toBe(false)
    await clock.advance(SECOND_MS)
    await letRun()
    expect(made[0]?.isClosed).toBe(true)
    expect(await ask()).toBe(2)
  })

  it('are all hung up with the session, those in use when their question has ended', async () => {
    const { made, lines, ask, signal } = harness()
    const busy = await lines.take(signal())
    await ask()
    await lines.close()
    expect(made).toMatchObject([{ isClosed: false }, { isClosed: true }])
    await lines.giveBack(busy, true)
    expect(made).toMatchObject([{ isClosed: true }, { isClosed: true }])
  })

  it('wait for their turn where the connection is limited', async () => {
    const { made, lines, ask, signal } = harness(1)
    const busy = await lines.take(signal())
    const next = ask()
    await letRun()
    expect(made).toHaveLength(1)
    await lines.giveBack(busy, true)
    expect(await next).toBe(1)
  })
})
