import { describe, expect, it } from 'vitest'
import type { Span } from '#lib/domain/freshness/span.ts'
import { boundsOfDay } from '#lib/domain/time/local-day.ts'
import { marksOf, stripOf } from './day-strip.ts'

const span = (from: number, to: number, status: Span['status'], reason: Span['reason'] = null): Span => ({ from, to, status, reason })
const day = { start: 0, end: 200 }

describe('the strip of a day', () => {
  it('places each status in percent of the day, what is one status as one block', () => {
    const spans = [span(0, 50, 'fresh', 'on-time'), span(50, 100, 'fresh', 'due'), span(100, 200, 'late')]
    expect(stripOf(spans, day)).toEqual([
      { status: 'fresh', x: 0, width: 50, y: 0, height: 16 },
      { status: 'late', x: 50, width: 50, y: 6, height: 10 },
    ])
  })

  it('tells statuses apart by their shape, and leaves free where nothing was promised', () => {
    expect(stripOf([span(0, 100, 'stale'), span(100, 200, null)], day).map(({ y }) => y)).toEqual([0, 9])
    expect(stripOf([span(0, 100, 'unknown')], day)).toHaveLength(4)
  })

  it('shows what lasted for a moment, to the very end of the day', () => {
    expect(stripOf([span(199.9, 200, 'late')], day)).toMatchObject([{ x: 99.6, width: 0.4 }])
  })
})

it.each([
  ['2026-11-20', [0, 25, 50, 75, 100]],
  ['2026-11-01', [0, 28, 52, 76, 100]],
])('the marks of %s stand at their times', (day, places) => {
  expect(marksOf(boundsOfDay(day, 'America/New_York'), 'America/New_York').map(({ x }) => Math.round(x))).toEqual(places)
})
