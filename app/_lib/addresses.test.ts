import { expect, test } from 'vitest'
import { matches, parseFilter } from '#app/_ui/feeds/feed-filter.ts'
import { assetKeyOf, assetPath } from '#app/_ui/paths.ts'
import { barsQuestion, daysQuestion } from '#lib/queries/api/questions.ts'

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
  expect(parseFilter({ owner: 'Ada', status: 'late' })).toEqual({ owner: 'Ada', status: 'late' })
  expect(parseFilter({ colour: 'red' })).toEqual({
    problem: 'There is no filter “colour”. Known are status and owner; words are looked for in the catalogue.',
  })
  expect(parseFilter({ owner: ['a', 'b'] })).toEqual({ problem: '“owner” may be given once.' })
  expect(parseFilter({ status: 'purple' })).toHaveProperty('problem')
})

test('a feed is asked for by its status and its owner', () => {
  const feed = { owner: 'registrar@x.example', status: 'late' } as const
  expect(matches({ status: 'not-fresh' }, feed)).toBe(true)
  expect(matches({ status: 'fresh' }, feed)).toBe(false)
  expect(matches({ owner: 'registrar@x.example', status: 'late' }, feed)).toBe(true)
  expect(matches({ owner: 'registrar' }, feed)).toBe(false)
})
