import { expect, test } from 'vitest'
import { readCursor, toCursor } from './cursor.ts'

test('a cursor comes back as the place it was made of, in its own list', () => {
  expect(readCursor('assets', toCursor('assets', '812'))).toBe('812')
  expect(readCursor('lineage', toCursor('lineage', '4:9'))).toBe('4:9')
})

test('a cursor of another list or filter, a changed one and any other text are no place', () => {
  const cursor = toCursor('assets {"feed":"terms"}', '812')
  expect(readCursor('assets {"feed":"courses"}', cursor)).toBeNull()
  expect(readCursor('feeds', cursor)).toBeNull()
  expect(readCursor('assets {"feed":"terms"}', `${cursor.slice(0, -1)}_`)).toBeNull()
  expect(readCursor('assets {"feed":"terms"}', `${cursor}=`)).toBeNull()
  for (const text of ['', '812', 'null', '😀', Buffer.from('1 or 1=1').toString('base64url')]) expect(readCursor('assets', text)).toBeNull()
})

test('a cursor shows nothing that has to be encoded in an address', () => {
  expect(toCursor('assets', '1000000')).toMatch(/^[\w-]+$/)
})
