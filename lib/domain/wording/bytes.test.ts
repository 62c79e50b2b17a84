import { expect, it } from 'vitest'
import { formatBytes } from './bytes.ts'

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [9940, '9.9 kB'],
  [999_400, '999 kB'],
  [999_600, '1.0 MB'],
  [123_456_789, '123 MB'],
  [5_000_000_000_000_000, '5000 TB'],
  [-20_000, '−20 kB'],
])('%d is said as %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words)
})
