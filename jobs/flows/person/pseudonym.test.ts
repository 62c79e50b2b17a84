import { describe, expect, it } from 'vitest'
import { pseudonymBy, readPseudonym } from './pseudonym.ts'

const ONE = Buffer.from('one salt')

describe('a pseudonym', () => {
  it('is twelve hexadecimal digits, the same for the same person', () => {
    expect(pseudonymBy(ONE)('U12345678')).toMatch(/^[0-9a-f]{12}$/)
    expect(pseudonymBy(ONE)('U12345678')).toBe(pseudonymBy(Buffer.from(ONE))('U12345678'))
  })

  it('differs between people, and between lakes', () => {
    const all = Array.from({ length: 5000 }, (_, index) => pseudonymBy(ONE)(`U${index}`))
    expect(new Set(all).size).toBe(5000)
    expect(pseudonymBy(Buffer.from('another salt'))('U1')).not.toBe(pseudonymBy(ONE)('U1'))
  })

  it('is not made up when the salt is gone', async () => {
    await expect(readPseudonym({ query: async () => [] })).rejects.toThrow('lost the salt')
  })
})
