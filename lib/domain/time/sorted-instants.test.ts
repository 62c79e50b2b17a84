import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countUpTo, sortedInstants } from './sorted-instants.ts'

test('counting up to an instant includes it', () => {
  expect([9, 10, 11, 30, 31].map((at) => countUpTo([10, 20, 30], at))).toEqual([0, 1, 1, 3, 3])
  expect(countUpTo([], 5)).toBe(0)
})

test('sorted instants are ascending, each once, and counted as one would by hand', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 })), fc.integer({ min: -60, max: 60 }), (instants, at) => {
      const sorted = sortedInstants(instants)
      expect(sorted).toEqual([...new Set(instants)].toSorted((a, b) => a - b))
      expect(countUpTo(sorted, at)).toBe(sorted.filter((instant) => instant <= at).length)
    }),
  )
})
