import { expect, test } from 'vitest'
import { joinSpans } from './join-spans.ts'
import type { Span } from './span.ts'

const span = (from: number, to: number, own: Partial<Span> = {}): Span => ({ from, to, status: 'fresh', reason: 'on-time', ...own })

test('neighbours of the same status and reason become one', () => {
  expect([...joinSpans([span(0, 10), span(10, 20), span(20, 30)])]).toEqual([span(0, 30)])
})

test('another reason or another status begins another span', () => {
  const spans = [span(0, 10), span(10, 20, { reason: 'idle' }), span(20, 30, { status: 'late', reason: 'idle' })]
  expect([...joinSpans(spans)]).toEqual(spans)
})

test('nothing becomes nothing, and no span given is changed', () => {
  const first = span(0, 10)
  expect([...joinSpans([])]).toEqual([])
  expect([...joinSpans([first, span(10, 20)])]).toHaveLength(1)
  expect(first.to).toBe(10)
})
