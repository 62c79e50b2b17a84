import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import type { Span } from './span.ts'
import type { Status } from './status.ts'
import { changesBetween } from './status-change.ts'

const span = (from: number, to: number, status: Status | null): Span => ({ from, to, status, reason: status === null ? null : 'overdue' })
const open = (from: number, status: Status | null): Span => span(from, END_OF_TIME, status)
const told = (before: Span[], after: Span[]) => changesBetween(before, after).map((c) => `${c.at} ${c.from} → ${c.to}`)

describe('changes', () => {
  test('that were known are not told again', () => {
    expect(told([span(0, 10, 'fresh'), open(10, 'late')], [span(0, 10, 'fresh'), open(10, 'late')])).toEqual([])
  })

  test('that are new are told', () => {
    const after = [span(0, 20, 'fresh'), span(20, 30, 'late'), open(30, 'stale')]
    expect(told([open(0, 'fresh')], after)).toEqual(['20 fresh → late', '30 late → stale'])
  })

  test('begin from nothing and end in nothing', () => {
    expect(told([], [span(5, 10, 'unknown')])).toEqual(['5 null → unknown', '10 unknown → null'])
  })

  test('of the reason alone are none', () => {
    expect(told([open(0, 'late')], [span(0, 10, 'late'), { ...open(10, 'late'), reason: 'run-failed' }])).toEqual([])
  })

  test('that were withdrawn lead back: a false alarm ends where it began', () => {
    expect(told([span(0, 10, 'fresh'), open(10, 'late')], [open(0, 'fresh')])).toEqual(['10 late → fresh'])
  })

  test('that moved are withdrawn there and told here', () => {
    const late = (at: number) => [span(0, at, 'fresh'), open(at, 'late')]
    expect(told(late(10), late(30))).toEqual(['10 late → fresh', '30 fresh → late'])
    expect(told(late(30), late(10))).toEqual(['10 fresh → late'])
  })

  test('into something else at the same instant are told from what was before', () => {
    expect(told([span(0, 10, 'fresh'), open(10, 'unknown')], [span(0, 10, 'fresh'), open(10, 'late')])).toEqual(['10 fresh → late'])
  })
})

describe('a restatement', () => {
  const someSpans = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom<Status | null>('fresh', 'late', 'stale', 'unknown', null)), {
      maxLength: 6,
    })
    .map((pieces) => {
      let from = 0
      return pieces.map(([length, status]) => {
        const piece = span(from, from + length, status)
        from += length
        return piece
      })
    })

  test('on top of what was written before says at every instant what is true now', () => {
    fc.assert(
      fc.property(someSpans, someSpans, (before, after) => {
        const log = [...changesBetween([], before), ...changesBetween(before, after)].sort((a, b) => a.at - b.at)
        for (let at = 0; at < 130; at += 1) {
          const last = log.findLast((change) => change.at <= at)
          expect(last?.to ?? null).toBe(after.find((s) => s.from <= at && at < s.to)?.status ?? null)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('that restates nothing writes nothing', () => {
    fc.assert(fc.property(someSpans, (spans) => changesBetween(spans, spans).length === 0))
  })
})
