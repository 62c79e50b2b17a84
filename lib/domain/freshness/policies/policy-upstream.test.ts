import { expect, test } from 'vitest'
import { policyInputSchema } from './policy.ts'
import { upstreamPolicy } from './policy-upstream.ts'

test('it judges no clock, neither a value nor the lack of one', () => {
  expect(upstreamPolicy.judge({ kind: 'upstream' }, { at: 0, placedAt: 0, clock: 'loadedAt' })).toBeNull()
  expect(upstreamPolicy.judgeNothing({ kind: 'upstream' }, 0)).toBeNull()
  expect(upstreamPolicy.words({ kind: 'upstream' })).toBe('as fresh as what it is made from')
})

test('it is written without anything else', () => {
  expect(policyInputSchema.parse({ kind: 'upstream' })).toEqual({ kind: 'upstream' })
  expect(policyInputSchema.safeParse({ kind: 'upstream', clock: 'loadedAt' }).success).toBe(false)
})
