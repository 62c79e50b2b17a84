import { expect, test } from 'vitest'
import { at, keyPromise } from '#lib/testing/history/domain-builders.ts'
import { judgedKeys, keyHistories } from './judge-keys.ts'
import { keyPromiseInWords, keysInWords } from './key-words.ts'

const NOW = at('2026-03-02T12:00')
function words(newest: Record<string, string>): string {
  const readings = Object.entries(newest).map(([key, text]) => ({
    column: 'shop',
    key,
    at: at(text),
    recordedAt: at(text),
    countsFrom: at(text),
  }))
  const expect = keyPromise()
  return keysInWords(expect, judgedKeys({ expect }, { keys: keyHistories(readings) }, NOW), NOW)
}

test('the keys with nothing new come first, the oldest before all, and many are counted', () => {
  const [old, new_] = ['2026-03-01T04:10', '2026-03-02T11:00']
  expect(words({ sony: old, steam: new_ })).toBe('sony: nothing since Sun 1 Mar 04:10; steam fine')
  expect(words({ a: old, b: new_, c: new_, d: new_, e: new_ })).toBe('a: nothing since Sun 1 Mar 04:10; the other 4 are fine')
  expect(words({ a: old, b: '2026-02-28T04:10', c: old, d: old, e: old })).toBe(
    'b: nothing since Sat 28 Feb 04:10; a: nothing since Sun 1 Mar 04:10; c: nothing since Sun 1 Mar 04:10; 2 more have nothing new',
  )
})

test('a key turns nothing of what stands around it, and moves no cursor', () => {
  expect(words({ 'so\u202eny': '2026-03-01T04:10', 'st\u001b[2Jeam': '2026-03-02T11:00' })).toBe(
    'so\ufffdny: nothing since Sun 1 Mar 04:10; st\ufffd[2Jeam fine',
  )
})

test('the promise is said as people say it', () => {
  expect(keyPromiseInWords(keyPromise())).toBe('of each shop that is seen, the newest row never older than 1 d; stale after 3 d')
  expect(keyPromiseInWords(keyPromise({ of: ['steam', 'sony'] }))).toBe(
    'of each shop of steam and sony, the newest row never older than 1 d; stale after 3 d',
  )
  expect(keyPromiseInWords(keyPromise({ of: [...'abcdefgh'] }))).toMatch(/^of each shop of a, b, c, d, e and f and others,/)
})
