import { describe, expect, test } from 'vitest'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { freshCount, headline, headlineInPieces } from './headline.ts'
import { type Piece, piecesInWords } from './pieces.ts'

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

describe('with what it comes down to', () => {
  const sap: Piece[] = [{ kind: 'connection', key: 'sap', name: 'SAP' }, ' has not answered since ', { at: 0 }]
  const words = (statuses: Parameters<typeof countStatuses>[0], holding: number, only: Piece[] | null = sap, atRisk = 0) =>
    piecesInWords(headlineInPieces(countStatuses(statuses), { holding, atRisk, only }), () => '01:10')
  const fresh = Array(35).fill('fresh')

  test.each<[string, string]>([
    [words([...fresh, ...Array(6).fill('late')], 1), '6 of 41 feeds are late, all because of one thing: SAP has not answered since 01:10.'],
    [
      words([...fresh, 'late', 'stale'], 1),
      '1 of 37 feeds is stale and 1 is late, both because of one thing: SAP has not answered since 01:10.',
    ],
    [words([...fresh, 'late'], 1), '1 of 36 feeds is late: SAP has not answered since 01:10.'],
    [words([...fresh, 'late', 'late'], 2, null), '2 of 37 feeds are late, because of 2 things.'],
    [words([...fresh, 'late', 'maintenance'], 1), '1 of 37 feeds is late: SAP has not answered since 01:10. 1 is under maintenance.'],
    [words([...fresh, 'late'], 0, null), '1 of 36 feeds is late.'],
    [words(fresh, 0, sap, 4), 'All 35 feeds are fresh; 4 are at risk: SAP has not answered since 01:10.'],
    [words(fresh, 0, null, 1), 'All 35 feeds are fresh; 1 is at risk.'],
    [words(fresh, 0, null), 'All 35 feeds are fresh.'],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected)
  })
})
