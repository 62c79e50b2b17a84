import { describe, expect, test } from 'vitest'
import type { Span } from '#lib/domain/freshness/span.ts'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import { restateSpans } from './restate-spans.ts'

const fresh = (from: number, to: number): Span => ({ from, to, status: 'fresh', reason: 'on-time' })
const late = (from: number, to: number): Span => ({ from, to, status: 'late', reason: 'overdue' })
const none = (from: number, to: number): Span => ({ from, to, status: null, reason: null })
const stored = (id: number, span: Span) => ({ ...known(span), id })
const known = (span: Span) => ({ ...span, status: span.status ?? 'fresh', reason: span.reason ?? 'on-time', since: span.from })

describe('restating spans', () => {
  test('an unchanged tail writes nothing', () => {
    const result = restateSpans(1, [stored(1, fresh(0, END_OF_TIME))], [fresh(50, 101)])
    expect(result.writes).toEqual({ deleted: [], updated: [], inserted: [] })
    expect(result.changedFrom).toBeNull()
  })

  test('spans of the same status and reason are merged across the border of the rebuild', () => {
    const result = restateSpans(1, [stored(1, fresh(0, 50)), stored(2, late(50, END_OF_TIME))], [fresh(50, 101)])
    expect(result.after).toEqual([known(fresh(0, END_OF_TIME))])
    expect(result.writes).toEqual({ deleted: [2], updated: [{ ...known(fresh(0, END_OF_TIME)), id: 1 }], inserted: [] })
    expect(result.changedFrom).toBe(50)
  })

  test('a turn inside an open span cuts it and opens the next', () => {
    const result = restateSpans(1, [stored(1, fresh(0, END_OF_TIME))], [fresh(40, 60), late(60, 101)])
    expect(result.writes.updated).toEqual([{ ...known(fresh(0, 60)), id: 1 }])
    expect(result.writes.inserted).toEqual([{ subjectId: 1, span: known(late(60, END_OF_TIME)) }])
    expect(result.changedFrom).toBe(60)
  })

  test('a new reason does not change since when the status is so', () => {
    const due: Span = { from: 40, to: 60, status: 'fresh', reason: 'due' }
    const result = restateSpans(1, [stored(1, fresh(0, END_OF_TIME))], [fresh(30, 40), due, fresh(60, 101)])
    expect(result.after.map((span) => span.since)).toEqual([0, 0, 0])
  })

  test('no status is no span, and ends the one before', () => {
    const result = restateSpans(1, [stored(1, fresh(0, END_OF_TIME))], [none(70, 101)])
    expect(result.after).toEqual([known(fresh(0, 70))])
    expect(result.writes.updated).toEqual([{ ...known(fresh(0, 70)), id: 1 }])
  })

  test('a span after a stretch without status begins anew', () => {
    const result = restateSpans(1, [stored(1, fresh(0, 70))], [none(80, 90), fresh(90, 101)])
    expect(result.after).toEqual([known(fresh(0, 70)), known(fresh(90, END_OF_TIME))])
    expect(result.writes.inserted).toHaveLength(1)
    expect(result.writes.updated).toHaveLength(0)
  })
})
