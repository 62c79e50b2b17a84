import { expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { newsInWords } from './news-words.ts'

const turned = (name: string, to: Status | null) => ({ key: name.toLowerCase(), name, to })
const many = (count: number, to: Status) => Array.from({ length: count }, (_, n) => turned(`F${n}`, to))

it.each([
  ['one feed by its name', [turned('Terms', 'late')], null, 'Terms is late.'],
  ['with what it comes to', [turned('Terms', 'late')], '1 of 3 feeds is late.', 'Terms is late. 1 of 3 feeds is late.'],
  [
    'the worst first',
    [turned('Terms', 'fresh'), turned('Courses', 'stale'), turned('Ledger', 'fresh')],
    null,
    'Courses is stale. Terms and Ledger are fresh.',
  ],
  ['each feed as it stands in the end', [turned('Terms', 'late'), turned('Terms', 'fresh')], null, 'Terms is fresh.'],
  ['three are named', many(3, 'unknown'), null, 'F0, F1 and F2 cannot be seen.'],
  ['more are counted', many(1200, 'stale'), null, '1,200 feeds are stale.'],
  ['of what is not judged any more only the rest is told', [turned('Terms', null)], 'All 2 feeds are fresh.', 'All 2 feeds are fresh.'],
  ['nothing is no news', [], null, ''],
])('what turned is told in a breath: %s', (_, changes, headline, words) => {
  expect(newsInWords(changes, headline)).toBe(words)
})
