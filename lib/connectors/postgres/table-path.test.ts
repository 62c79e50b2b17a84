import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTablePath, parseTablePath, quoteTable } from './table-path.ts'

test.each([
  ['public.orders', { schema: 'public', name: 'orders' }],
  ['orders', { schema: 'public', name: 'orders' }],
  ['Sales."My.Table"', { schema: 'Sales', name: 'My.Table' }],
  ['"a""b".c d', { schema: 'a"b', name: 'c d' }],
])('%s is read with its exact names', (path, expected) => {
  expect(parseTablePath(path)).toEqual(expected)
})

test.each(['', '.', 'a.', '.a', 'a.b.c', '"a', 'a"b', '"".b'])('%j is no path', (path) => {
  expect(parseTablePath(path)).toBeNull()
})

test('every pair of names survives being written and read', () => {
  const name = fc.string({ minLength: 1 })
  const survives = (schema: string, table: string) => {
    expect(parseTablePath(formatTablePath({ schema, name: table }))).toEqual({ schema, name: table })
  }
  fc.assert(fc.property(name, name, survives))
})

test('names in SQL cannot end their quotes', () => {
  expect(quoteTable({ schema: 'a"; drop table x; --', name: 'b' })).toBe('"a""; drop table x; --"."b"')
})
