import { expect, it } from 'vitest'
import { uuidOf, uuidsWithin } from './row-uuid.ts'

const KEY = ['uploads', 'incoming/prices.jsonl', '3sL4kqtJ'] as const

// Made by another implementation of version 5.
it.each([
  [[...KEY, 1], '33e7d22c-65fd-549b-afb4-36a8d9a5ab8b'],
  [[...KEY, 2], '17c35722-7655-5272-806f-7163d4032eb3'],
  [['ü', 'a"b', ''], '64b9a137-337c-5763-b653-2e02b7dd5a92'],
])('%j always has the same uuid', (parts, uuid) => {
  expect(uuidOf(...parts)).toBe(uuid)
})

it('many places of one thing have the uuids of each', () => {
  const within = uuidsWithin(...KEY)
  for (const line of [1, 2, 10, 999_999_999_999, 3]) expect(within(line)).toBe(uuidOf(...KEY, line))
})

it('parts that run into each other are not the same', () => {
  expect(uuidOf('a', 'b,c')).not.toBe(uuidOf('a,b', 'c'))
  expect(uuidOf('a', '1')).not.toBe(uuidOf('a', 1))
})
