import { expect, test } from 'vitest'
import { facts, loaded, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { nonePolicy } from './policy-none.ts'

test('what is only watched has no status, whatever happens to it', () => {
  const watched = settings([{ kind: 'none' }])
  expect(statusAt(watched, facts({ arrivals: [loaded('2026-03-05T02:10')] }), '2030-01-01T00:00')).toBe('null/null')
  expect(statusAt(watched, facts(), '2026-03-05T02:10')).toBe('null/null')
})

test('it judges neither a value nor the lack of one', () => {
  expect(nonePolicy.judge({ kind: 'none' }, { at: 0, placedAt: 0, clock: 'loadedAt' })).toBeNull()
  expect(nonePolicy.judgeNothing({ kind: 'none' }, 0)).toBeNull()
  expect(nonePolicy.words({ kind: 'none' })).toBe('watched, nothing promised')
})
