import { describe, expect, it } from 'vitest'
import { seal, unseal } from './seal.ts'

describe('a sealed text', () => {
  const sealed = seal('a token – ü', 'key', 'ada@example.edu')

  it('is read with its key and for what it was sealed, and says nothing by itself', () => {
    expect(unseal(sealed, 'key', 'ada@example.edu')).toBe('a token – ü')
    expect(Buffer.from(sealed, 'base64url').toString()).not.toContain('token')
    expect(seal('a token – ü', 'key', 'ada@example.edu')).not.toBe(sealed)
  })

  it('is read neither with another key, nor for something else, nor when a bit of it was changed', () => {
    expect(unseal(sealed, 'other key', 'ada@example.edu')).toBeNull()
    expect(unseal(sealed, 'key', 'eve@example.edu')).toBeNull()
    for (const at of [0, 13, 30]) {
      const bytes = Buffer.from(sealed, 'base64url')
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      expect(unseal(bytes.toString('base64url'), 'key', 'ada@example.edu')).toBeNull()
    }
    for (const same of [`${sealed}=`, `${sealed}.`, ` ${sealed}`]) expect(unseal(same, 'key', 'ada@example.edu')).toBeNull()
    expect(unseal('short', 'key', '')).toBeNull()
  })
})
