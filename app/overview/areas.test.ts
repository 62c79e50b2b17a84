import { expect, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { headline } from './areas.tsx'

test.each<[statuses: (Status | null)[], words: string]>([
  [['fresh', 'late', 'fresh'], '2 of 3 areas are fine'],
  [['fresh', 'late', null], '1 of 2 areas is fine'],
  [['fresh', 'fresh', null], 'All 2 areas are fine'],
  [['late', 'unknown', null], 'None of 2 areas is fine'],
  [['late', null], 'The one area that promises something is not fine'],
  [['fresh', null], 'The one area that promises something is fine'],
  [[null, null], 'No area has a status yet'],
])('areas that promise nothing are neither fine nor not: %j', (statuses, words) => {
  expect(headline(statuses.map((status) => ({ status })))).toBe(words)
})
