import { expect, test } from 'vitest'
import type { KnownSpan, StoredSpan } from '#lib/db/history/spans.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import { turnedFrom } from './turned-from.ts'

function span(status: Status, reason: Reason, from: number, to = END_OF_TIME): KnownSpan {
  return { status, reason, from, to, since: from }
}

function between(before: KnownSpan[], after: KnownSpan[]): number | null {
  return turnedFrom({ before: before.map((one, index): StoredSpan => ({ ...one, id: index })), after })
}

test('another status is seen from where it begins', () => {
  const fine = span('fresh', 'on-time', 0)
  expect(between([fine], [{ ...fine, to: 5 }, span('late', 'overdue', 5)])).toBe(5)
  expect(between([], [fine])).toBe(0)
  expect(between([fine], [fine])).toBeNull()
})

test('another reason of the same status is nothing to see', () => {
  expect(between([span('fresh', 'on-time', 0)], [span('fresh', 'on-time', 0, 5), span('fresh', 'due', 5)])).toBeNull()
  expect(between([span('late', 'overdue', 3)], [span('late', 'run-failed', 3)])).toBeNull()
})

test('a pause is other work than what was announced', () => {
  const work = span('maintenance', 'maintenance', 0, 9)
  expect(between([work], [{ ...work, to: 5 }, span('maintenance', 'paused', 5, 9)])).toBe(5)
})

test('so is the end of every status, and a gap in between', () => {
  const fine = span('fresh', 'on-time', 0)
  expect(between([fine], [{ ...fine, to: 7 }])).toBe(7)
  expect(between([fine], [{ ...fine, to: 4 }, span('fresh', 'on-time', 6)])).toBe(4)
  expect(between([{ ...fine, to: 4 }], [{ ...fine, to: 4 }, span('fresh', 'on-time', 6)])).toBe(6)
})

test('a stretch that ended earlier shows at its earlier end', () => {
  const [late, fine] = [span('late', 'overdue', 0, 8), span('fresh', 'on-time', 8)]
  expect(
    between(
      [late, fine],
      [
        { ...late, to: 5 },
        { ...fine, from: 5 },
      ],
    ),
  ).toBe(5)
})
