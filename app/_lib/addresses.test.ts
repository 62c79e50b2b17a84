import { expect, test } from 'vitest'
import { matches, parseFilter } from '#app/_ui/feeds/feed-filter.ts'
import { assetKeyOf, assetPath } from '#app/_ui/paths.ts'
import { barsQuestion, daysQuestion } from '#lib/queries/api/questions.ts'
import type { OverviewFeed } from '#lib/queries/pages/status-overview.ts'

test('every asset key comes back from its address', () => {
  for (const key of ['lake/term_raw.term_data', 's3/a b/ü?#%.csv', 'files/a//b', 'files/../etc', 'x/.', 'sap/EKKO;1,2']) {
    const { pathname } = new URL(assetPath(key), 'http://page.example')
    expect(assetKeyOf(pathname.slice('/assets/'.length).split('/')), key).toBe(key)
  }
})

test('an address that cannot be decoded names nothing', () => {
  expect(assetKeyOf(['%E0%A4%A'])).toBeNull()
})

test('subjects are named by kind and key, a comma in a key is encoded', () => {
  expect(barsQuestion.parse({ subjects: 'feed:terms,asset:lake%2Fa%2Cb' }).subjects).toEqual([
    { kind: 'feed', key: 'terms' },
    { kind: 'asset', key: 'lake/a,b' },
  ])
  expect(() => daysQuestion.parse({ subject: 'table:x' })).toThrow('names no subject')
  expect(() => daysQuestion.parse({ subject: 'feed:' })).toThrow('names no subject')
})

test('a filter says what it does not understand', () => {
  expect(parseFilter({ q: ' terms ', status: 'late' })).toEqual({ q: 'terms', status: 'late' })
  expect(parseFilter({ colour: 'red' })).toEqual({ problem: 'There is no filter “colour”. Known are q, status and owner.' })
  expect(parseFilter({ q: ['a', 'b'] })).toEqual({ problem: '“q” may be given once.' })
  expect(parseFilter({ status: 'purple' })).toHaveProperty('problem')
})

test('every word of a search must stand somewhere in the feed', () => {
  const feed = { key: 'terms', name: 'Terms', owner: 'registrar@x.example', status: 'late' } as OverviewFeed
  expect(matches({ q: 'registrar term' }, feed, 'Student records')).toBe(true)
  expect(matches({ q: 'student terms' }, feed, 'Student records')).toBe(true)
  expect(matches({ q: 'finance terms' }, feed, 'Student records')).toBe(false)
  expect(matches({ status: 'not-fresh' }, feed, '')).toBe(true)
  expect(matches({ status: 'fresh' }, feed, '')).toBe(false)
})
