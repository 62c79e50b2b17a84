import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import { type RollUpMember, rollUp } from './roll-up.ts'
import type { Span } from './span.ts'
import { type Reason, type Status, severity } from './status.ts'

const span = (from: number, to: number, status: Status | null, reason: Reason = 'overdue'): Span => ({
  from,
  to,
  status,
  reason: status === null ? null : reason,
})
const member = (...spans: Span[]): RollUpMember => ({ from: 0, to: null, spans })
const told = (members: RollUpMember[], from = 0, to = 100) => rollUp(members, from, to).map((s) => `${s.from} ${s.status}/${s.reason}`)

describe('a roll-up', () => {
  test('takes the worst at every instant: stale, late, unknown, maintenance, fresh', () => {
    const members = [
      member(span(0, 100, 'fresh', 'on-time')),
      member(span(10, 90, 'maintenance', 'paused')),
      member(span(20, 80, 'unknown', 'probe-failed')),
      member(span(30, 70, 'late')),
      member(span(40, 60, 'stale')),
    ]
    expect(told(members)).toEqual([
      '0 fresh/on-time',
      '10 maintenance/paused',
      '20 unknown/probe-failed',
      '30 late/overdue',
      '40 stale/overdue',
      '60 late/overdue',
      '70 unknown/probe-failed',
      '80 maintenance/paused',
      '90 fresh/on-time',
    ])
  })

  test('gives the reason of the one that has been so longest', () => {
    const members = [
      member(span(0, 50, 'fresh'), span(50, 100, 'late', 'run-failed')),
      member(span(0, 40, 'fresh'), span(40, 100, 'late', 'overdue')),
    ]
    expect(told(members, 45)).toEqual(['45 late/overdue'])
  })

  test('a new reason does not begin anew: the status counts', () => {
    const members = [
      member(span(10, 30, 'late', 'overdue'), span(30, 100, 'late', 'run-failed')),
      member(span(20, 100, 'late', 'run-hung')),
    ]
    expect(told(members, 25)).toEqual(['25 late/overdue', '30 late/run-failed'])
  })

  test('takes the next reason when the oldest recovers', () => {
    const members = [member(span(10, 30, 'late', 'overdue')), member(span(20, 100, 'late', 'run-hung'))]
    expect(told(members, 20)).toEqual(['20 late/overdue', '30 late/run-hung'])
  })

  test('of two that turned together the first in the list speaks', () => {
    expect(told([member(span(0, 100, 'late', 'run-hung')), member(span(0, 100, 'late', 'overdue'))])).toEqual(['0 late/run-hung'])
  })

  test('knows since when from whole spans: a stretch that begins later tells the same', () => {
    const members = [member(span(30, 100, 'late', 'run-hung')), member(span(10, 100, 'late', 'overdue'))]
    expect(told(members, 50)).toEqual(['50 late/overdue'])
  })

  test('has no status while nobody counts', () => {
    expect(told([])).toEqual(['0 null/null'])
    expect(told([member(span(20, 40, 'fresh', 'on-time'), span(40, 60, null))])).toEqual([
      '0 null/null',
      '20 fresh/on-time',
      '40 null/null',
    ])
  })

  test('counts members only while they belong to it', () => {
    const moved: RollUpMember = { from: 30, to: 60, spans: [span(0, 100, 'late')] }
    expect(told([member(span(0, 100, 'fresh', 'on-time')), moved])).toEqual(['0 fresh/on-time', '30 late/overdue', '60 fresh/on-time'])
  })

  test('takes spans that are still open', () => {
    expect(told([member(span(20, END_OF_TIME, 'late'))])).toEqual(['0 null/null', '20 late/overdue'])
  })

  test('of groups works like that of feeds', () => {
    const feed = rollUp([member(span(0, 50, 'fresh', 'on-time'), span(50, 100, 'late'))], 0, 100)
    expect(told([member(...feed), member(span(0, 100, 'fresh', 'idle'))], 0)).toEqual(['0 fresh/on-time', '50 late/overdue'])
  })

  test('of no time is nothing', () => {
    expect(rollUp([member(span(0, 100, 'late'))], 50, 50)).toEqual([])
  })
})

/** Spans of up to six lengths, with or without gaps, of which neighbours may differ in nothing but their reason. */
const aMember = fc
  .record({
    from: fc.nat({ max: 30 }),
    to: fc.option(fc.integer({ min: 31, max: 60 })),
    lengths: fc.array(
      fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 15 }), fc.constantFrom('fresh', 'late', 'unknown', null), fc.boolean()),
    ),
  })
  .map(({ from, to, lengths }): RollUpMember => {
    let at = 0
    const spans = lengths.map(([gap, length, status, isDue]) => {
      const begin = at + (gap > 1 ? gap : 0)
      at = begin + length
      return span(begin, at, status, isDue ? 'due' : 'overdue')
    })
    return { from, to, spans }
  })

/** What the members say at one instant, asked one by one. */
function worstAt(members: readonly RollUpMember[], at: number): string {
  const said = members.flatMap(({ from, to, spans }, member) => {
    const index = from <= at && at < (to ?? END_OF_TIME) ? spans.findIndex((s) => s.from <= at && at < s.to) : -1
    const own = spans[index]
    if (own === undefined || own.status === null) return []
    const first = spans.slice(0, index + 1).findLastIndex((s, n, all) => all[n - 1]?.to !== s.from || all[n - 1]?.status !== s.status)
    return [{ ...own, since: spans[first]?.from ?? 0, member }]
  })
  const [worst] = said.sort((a, b) => severity(a.status) - severity(b.status) || a.since - b.since || a.member - b.member)
  return `${worst?.status ?? null}/${worst?.reason ?? null}`
}

test('a roll-up says at every instant what its members say, asked one by one', () => {
  fc.assert(
    fc.property(fc.array(aMember, { maxLength: 5 }), fc.nat({ max: 40 }), (members, from) => {
      const spans = rollUp(members, from, 70)
      const saidAt = (at: number) => spans.find((s) => s.from <= at && at < s.to)
      for (let at = from; at < 70; at += 1) expect(`${saidAt(at)?.status}/${saidAt(at)?.reason}`).toBe(worstAt(members, at))
    }),
  )
})

test('a group of a thousand feeds over ninety days takes no minute', () => {
  const flicker = (offset: number) =>
    member(...Array.from({ length: 180 }, (_, n) => span(n * 1000 + offset, (n + 1) * 1000 + offset, n % 2 === 0 ? 'fresh' : 'late')))
  const members = Array.from({ length: 1000 }, (_, n) => flicker(n % 997))
  const started = performance.now()
  expect(rollUp(members, 0, 181_000).length).toBeGreaterThan(100)
  expect(performance.now() - started).toBeLessThan(10_000)
})
