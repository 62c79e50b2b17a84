import { expect, test } from 'vitest'
import { type Named, namesInPieces, piecesInWords } from './pieces.ts'

const feeds = ['A', 'B', 'C', 'D', 'E'].map((name): Named => ({ kind: 'feed', key: name.toLowerCase(), name }))
const words = (count: number, shown: number) => piecesInWords(namesInPieces(feeds.slice(0, count), shown), () => '')

test('names stand one after the other, and of more than are shown the rest is counted', () => {
  expect([1, 2, 3, 5].map((count) => words(count, 3))).toEqual(['A', 'A and B', 'A, B and C', 'A, B, C and 2 more'])
  expect(words(0, 3)).toBe('')
})

test('an instant is written as who reads it wants it, and a name keeps what it is of', () => {
  const pieces = namesInPieces(feeds.slice(0, 1), 3)
  expect(piecesInWords([...pieces, ' is late since ', { at: 7 }], (at) => `0${at}:00`)).toBe('A is late since 07:00')
  expect(pieces).toEqual([{ kind: 'feed', key: 'a', name: 'A' }])
})
