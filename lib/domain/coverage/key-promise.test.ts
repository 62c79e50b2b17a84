import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { keyPromiseSchema, resolveKeyPromise } from './key-promise.ts'

const resolved = (written: object) => resolveKeyPromise(keyPromiseSchema.parse({ key: 'shop', of: 'seen', each: '1d', ...written }), 'UTC')
const problems = (written: object) => {
  const { error } = keyPromiseSchema.safeParse({ key: 'shop', of: 'seen', each: '1d', ...written })
  return error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? []
}

test('what is not written is sensible: stale at three times "each", looked back far enough to tell', () => {
  expect(resolved({})).toEqual({ column: 'shop', of: 'seen', eachMs: DAY_MS, staleMs: 3 * DAY_MS, withinMs: 30 * DAY_MS, zone: 'UTC' })
  expect(resolved({ each: '10d' }).withinMs).toBe(100 * DAY_MS)
  expect(resolved({ stale: '40d' }).withinMs).toBe(80 * DAY_MS)
  expect(resolved({ each: '2h', stale: '5h', within: '1d' })).toMatchObject({ eachMs: 2 * HOUR_MS, staleMs: 5 * HOUR_MS, withinMs: DAY_MS })
  expect(resolved({ of: ['steam', 7] }).of).toEqual(['steam', '7'])
})

test.each([
  [{ stale: '1d' }, 'stale must be longer than each: warn before you fail'],
  [{ within: '3d' }, 'within must be longer than stale: a key that is looked for no more cannot be told to be stale'],
  [{ of: ['steam', 'steam'] }, 'of names a key twice'],
  [{ key: '' }, 'key must not be empty'],
  [{ each: '0s' }, 'each must be longer than nothing'],
])('%j is refused', (written, problem) => {
  expect(problems(written)).toContain(problem)
})

test('names no key, too many, or what nobody knows: refused', () => {
  expect(problems({ of: [] })).not.toEqual([])
  expect(problems({ of: Array.from({ length: 201 }, (_, n) => `shop ${n}`) })).not.toEqual([])
  expect(problems({ of: 'all' })).not.toEqual([])
  expect(problems({ every: '1d' })).not.toEqual([])
})
