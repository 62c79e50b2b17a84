import { describe, expect, it } from 'vitest'
import { byteSizeSchema, parseByteSize } from './byte-size.ts'

describe('a written size', () => {
  it.each([
    ['16MB', 16_000_000],
    ['10GB', 10_000_000_000],
    ['1.5 GB', 1_500_000_000],
    ['512B', 512],
    [' 4kB ', 4000],
    ['4KB', 4000],
    ['2TB', 2_000_000_000_000],
  ])('%j is %i bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  it.each(['', '16', 'MB', '0MB', '-1MB', '16 megabytes', '1e3MB', '16MiB', '0.0001B', '999999999999TB'])('%j is none', (text) => {
    expect(parseByteSize(text)).toBeNull()
  })

  it('in a catalogue is refused with an example of one', () => {
    expect(byteSizeSchema.parse('16MB')).toBe(16_000_000)
    expect(byteSizeSchema.safeParse('16').error?.issues[0]?.message).toContain('16MB')
  })
})
