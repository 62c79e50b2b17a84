import { expect, test } from 'vitest'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { freshCount, headline } from './headline.ts'

test('one kind of trouble is one plain sentence', () => {
  expect(headline(countStatuses([...Array(39).fill('fresh'), 'late', 'late']))).toBe('2 of 41 feeds are late.')
  expect(headline(countStatuses(['fresh', 'unknown']))).toBe('1 of 2 feeds cannot be seen.')
})

test('several kinds are told worst first', () => {
  const counts = countStatuses(['fresh', 'maintenance', 'late', 'stale', 'unknown', 'unknown'])
  expect(headline(counts)).toBe('1 of 6 feeds is stale, 1 is late, 2 cannot be seen and 1 is under maintenance.')
})

test('all is well only when every judged feed is fresh', () => {
  expect(headline(countStatuses(['fresh']))).toBe('The one feed is fresh.')
  expect(headline(countStatuses(Array(1200).fill('fresh')))).toBe('All 1,200 feeds are fresh.')
  expect(headline(countStatuses(['fresh', 'fresh', null]))).toBe('All 2 feeds are fresh.')
})

test('no status is never called fresh', () => {
  expect(headline(countStatuses([]))).toBe('There are no feeds yet.')
  expect(headline(countStatuses([null, null]))).toBe('No feed has a status yet.')
  expect(freshCount(countStatuses([null]))).toBe('nothing judged')
})
