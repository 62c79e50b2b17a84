import { describe, expect, it } from 'vitest'
import type { Span } from '#lib/domain/freshness/span.ts'
import { troublesWithin } from './day-troubles.ts'

const span = (from: number, to: number, status: Span['status']): Span => ({ from, to, status, reason: null })

describe('the troubles of a day', () => {
  it.each<[string, Span[], ReturnType<typeof troublesWithin>]>([
    [
      'are none where all was fresh, announced work, or not promised',
      [span(0, 4, 'fresh'), span(4, 8, 'maintenance'), span(8, 10, null)],
      [],
    ],
    [
      'are cut at its ends',
      [span(-5, 3, 'late'), span(3, 8, 'fresh'), span(8, 20, 'unknown')],
      [
        { from: 0, to: 3, worst: 'late' },
        { from: 8, to: 10, worst: 'unknown' },
      ],
    ],
    [
      'are one while it is not fresh, by the worst of it',
      [span(2, 4, 'unknown'), span(4, 6, 'stale'), span(6, 7, 'late')],
      [{ from: 2, to: 7, worst: 'stale' }],
    ],
    [
      'are two where it was fresh between',
      [span(1, 2, 'late'), span(2, 3, 'fresh'), span(3, 4, 'late')],
      [
        { from: 1, to: 2, worst: 'late' },
        { from: 3, to: 4, worst: 'late' },
      ],
    ],
    ['leave out what only touches it', [span(-2, 0, 'late'), span(10, 12, 'stale')], []],
  ])('%s', (_, spans, found) => {
    expect(troublesWithin(spans, 0, 10)).toEqual(found)
  })
})
