import { expect, test } from 'vitest'
import { cutAt } from './cut-spans.ts'
import type { Span } from './span.ts'

const fresh = (from: number, to: number): Span => ({ from, to, status: 'fresh', reason: 'on-time' })
const cut = (spans: Span[], parts: { from: number; to: number }[]) =>
  [...cutAt(spans, parts)].map(({ span, part }) => `${span.from}-${span.to}${part === null ? '' : ` in ${part.from}`}`)

test('a span is cut where a part begins and where it ends', () => {
  expect(cut([fresh(0, 10)], [{ from: 3, to: 5 }])).toEqual(['0-3', '3-5 in 3', '5-10'])
})

test('a part reaches over several spans, and a span over several parts', () => {
  expect(cut([fresh(0, 4), fresh(4, 10)], [{ from: 2, to: 6 }])).toEqual(['0-2', '2-4 in 2', '4-6 in 2', '6-10'])
  expect(
    cut(
      [fresh(0, 10)],
      [
        { from: 1, to: 2 },
        { from: 2, to: 3 },
        { from: 8, to: 20 },
      ],
    ),
  ).toEqual(['0-1', '1-2 in 1', '2-3 in 2', '3-8', '8-10 in 8'])
})

test('parts before and after all spans, and in a gap between them, cut nothing', () => {
  expect(
    cut(
      [fresh(5, 6), fresh(8, 9)],
      [
        { from: 0, to: 5 },
        { from: 6, to: 8 },
        { from: 9, to: 12 },
      ],
    ),
  ).toEqual(['5-6', '8-9'])
})

test('nothing is made of nothing', () => {
  expect(cut([], [{ from: 0, to: 1 }])).toEqual([])
  expect(cut([fresh(0, 1)], [])).toEqual(['0-1'])
})
