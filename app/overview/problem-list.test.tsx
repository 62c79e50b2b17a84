import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { FeedLineData, GroupLineData } from '#app/_ui/feeds/feed-summary.ts'
import { ProblemList } from './problem-list.tsx'

const late = (key: string, more: Partial<FeedLineData> = {}): FeedLineData => ({ key, name: key, status: 'late', ...more })
const wordsOf = (...feeds: FeedLineData[]) => {
  const groups: GroupLineData[] = [{ key: 'g', name: 'G', status: 'late', freshCount: '', open: false, feeds }]
  return renderToStaticMarkup(<ProblemList groups={groups} />).replaceAll(/<[^>]+>/g, '')
}

it('a feed that others here alone hold back stands with these', () => {
  const words = wordsOf(late('Orders'), late('Sales', { heldBy: ['Orders'] }), late('Elsewhere', { heldBy: ['Not here'] }))
  expect(words).toContain('It holds back Sales.')
  expect(words.match(/Sales/g)).toHaveLength(1)
  expect(words.match(/Elsewhere/g)).toHaveLength(1)
  expect(words).not.toContain('more')
})

it('what is not told is counted, also where it stands with something that is not shown', () => {
  const causes = ['A', 'B', 'C', 'D', 'E', 'F'].map((name, since) => late(name, { since }))
  const words = wordsOf(...causes, late('Told', { heldBy: ['A'] }), late('Hidden', { heldBy: ['F'] }))
  expect(words).toContain('It holds back Told.')
  expect(words).not.toContain('Hidden')
  expect(words).toContain('and 2 more')
})

it('why ends as one sentence, also where a run says so in its own words', () => {
  expect(wordsOf(late('Orders', { why: 'nothing has arrived since it was due' }))).toContain(': nothing has arrived since it was due.')
  const words = wordsOf(late('Orders', { why: 'model.orders: SAP did not answer. Two nights in a row the same error.' }))
  expect(words).toContain(': model.orders: SAP did not answer. Two nights in a row the same error.')
  expect(words).not.toContain('..')
})
