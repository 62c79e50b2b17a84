import { describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock, turns as letRun } from '#lib/testing/clock/fake-clock.ts'
import { type Limits, Turns, UNLIMITED } from './turns.ts'

function harness(limits: Partial<Limits>) {
  const clock = new FakeClock(0)
  const turns = new Turns(clock, { ...UNLIMITED, ...limits })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const failed: string[] = []
  const ask = (name: string, signal = new AbortController().signal) => {
    turns.take(signal).then(
      (end) => {
        begun.push(name)
        ends.set(name, end)
      },
      (error: unknown) => failed.push(`${name}: ${String(error)}`),
    )
  }
  return { clock, turns, begun, failed, ask, end: (name: string) => ends.get(name)?.() }
}

describe('turns', () => {
  it('begin at once where nothing limits them', async () => {
    const { begun, ask } = harness({})
    for (let i = 0; i < 200; i++) ask(String(i))
    await letRun()
    expect(begun).toHaveLength(200)
  })

  it('are never more at once than allowed, and come in the order they were asked for', async () => {
    const { begun, ask, end } = harness({ atOnce: 2 })
    for (const name of ['a', 'b', 'c', 'd']) ask(name)
    await letRun()
    expect(begun).toEqual(['a', 'b'])
    end('b')
    end('b')
    await letRun()
    expect(begun).toEqual(['a', 'b', 'c'])
    end('a')
    end('c')
    await letRun()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })

  it('are never more in any minute than allowed, however fast they end', async () => {
    const { clock, begun, ask, end } = harness({ perMinute: 2 })
    ask('a')
    await letRun()
    await clock.advance(20 * SECOND_MS)
    for (const name of ['b', 'c', 'd']) ask(name)
    await letRun()
    end('a')
    end('b')
    await clock.advance(40 * SECOND_MS - 1)
    expect(begun).toEqual(['a', 'b'])
    await clock.advance(1)
    await letRun()
    expect(begun).toEqual(['a', 'b', 'c'])
    await clock.advance(20 * SECOND_MS)
    await letRun()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })

  it('do not begin before the time to which the system put everybody off', async () => {
    const { clock, turns, begun, ask } = harness({})
    turns.holdUntil(MINUTE_MS)
    turns.holdUntil(30 * SECOND_MS)
    ask('a')
    await clock.advance(MINUTE_MS - 1)
    await letRun()
    expect(begun).toEqual([])
    await clock.advance(1)
    await letRun()
    expect(begun).toEqual(['a'])
  })

  it('that nobody wants any more keep nobody waiting', async () => {
    const { begun, failed, ask, end } = harness({ atOnce: 1 })
    const gone = new AbortController()
    ask('a')
    ask('b', gone.signal)
    ask('c')
    await letRun()
    gone.abort()
    await letRun()
    expect(failed).toEqual(['b: TidemarkError: The request was cancelled before its turn came.'])
    end('a')
    await letRun()
    expect(begun).toEqual(['a', 'c'])
  })
})
