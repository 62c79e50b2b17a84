import { describe, expect, it } from 'vitest'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import type { ProgressReport } from './ledger.ts'
import { Counters, estimatedEnd, Progress } from './progress.ts'

const START = '2026-03-01T02:00:00Z'
const at = (text: string) => Date.parse(text)

function harness() {
  const clock = new FakeClock(START)
  const sent: ProgressReport[] = []
  const progress = new Progress(clock, new AbortController().signal, async (report) => void sent.push(report))
  return { clock, sent, progress }
}

describe('the estimated end', () => {
  const first = { at: 1000, done: 0 }

  it('follows the average rate', () => {
    expect(estimatedEnd(first, { at: 11_000, done: 10 }, 40)).toBe(41_000)
  })

  it('does not count what was done before the first report', () => {
    expect(estimatedEnd({ at: 0, done: 900 }, { at: 10_000, done: 950 }, 1000)).toBe(20_000)
  })

  it('is now when everything is done', () => {
    expect(estimatedEnd(first, { at: 5000, done: 4 }, 4)).toBe(5000)
  })

  it.each([
    ['without a total', { at: 5000, done: 4 }, null],
    ['without anything done', { at: 5000, done: 0 }, 10],
    ['without time passed', { at: 1000, done: 5 }, 10],
    ['when more is done than there should be', { at: 5000, done: 11 }, 10],
  ])('is not known %s', (_, latest, total) => {
    expect(estimatedEnd(first, latest, total)).toBeNull()
  })
})

describe('progress', () => {
  it('sends the first report at once', () => {
    const { progress, sent } = harness()
    progress.report(1, 10)
    expect(sent).toEqual([{ done: 1, total: 10, etaAt: null }])
  })

  it('sends at most one report per second, and then the latest', async () => {
    const { clock, progress, sent } = harness()
    for (let done = 0; done <= 100; done++) progress.report(done, 1000)
    expect(sent).toHaveLength(1)
    await clock.advance(999)
    expect(sent).toHaveLength(1)
    await clock.advance(1)
    expect(sent.map((report) => report.done)).toEqual([0, 100])
  })

  it('says when it will be done', async () => {
    const { clock, progress, sent } = harness()
    progress.report(0, 60)
    await clock.advance(10_000)
    progress.report(10, 60)
    expect(sent.at(-1)?.etaAt).toBe(at('2026-03-01T02:01:00Z'))
  })

  it('starts its rate anew when it goes back', async () => {
    const { clock, progress, sent } = harness()
    progress.report(50, 100)
    await clock.advance(5000)
    progress.report(0, 100)
    await clock.advance(1000)
    progress.report(10, 100)
    expect(sent.at(-1)?.etaAt).toBe(at('2026-03-01T02:00:15Z'))
  })

  it('flushes what was held back', async () => {
    const { progress, sent } = harness()
    progress.report(1)
    progress.report(2)
    await progress.flush()
    await progress.flush()
    expect(sent.map((report) => report.done)).toEqual([1, 2])
  })

  it('survives a ledger that cannot be reached', async () => {
    const clock = new FakeClock(START)
    const progress = new Progress(clock, new AbortController().signal, async () => {
      throw new Error('no database')
    })
    progress.report(1)
    await turns()
    await expect(progress.flush()).resolves.toBeUndefined()
  })
})

describe('counters of stages', () => {
  it('are told together, each stage as it was counted last, at most once a second', async () => {
    const clock = new FakeClock(START)
    const sent: unknown[] = []
    const counters = new Counters(clock, new AbortController().signal, async (all) => void sent.push(all))
    counters.count('terms', { asked: 1 })
    counters.count('terms', { asked: 2, found: 1 })
    counters.count('people', { read: 5 })
    await turns()
    expect(sent).toEqual([{ terms: { asked: 1 } }])
    await clock.advance(1000)
    expect(sent.at(-1)).toEqual({ terms: { asked: 2, found: 1 }, people: { read: 5 } })
  })

  it('that came last are told at the end, and a ledger that fails stops nobody', async () => {
    const clock = new FakeClock(START)
    const counters = new Counters(clock, new AbortController().signal, () => Promise.reject(new Error('gone')))
    counters.count('people', { read: 1 })
    counters.count('people', { read: 2 })
    await expect(counters.flush()).resolves.toBeUndefined()
  })
})
