import { describe, expect, it } from 'vitest'
import { readAccess, readReason } from './person-orders.ts'

describe('what a form gives somebody', () => {
  it('is a role and an audience, which may be none', () => {
    expect(readAccess({ role: 'engineer', audience: 'finance' })).toEqual({ role: 'engineer', audience: 'finance' })
    for (const audience of ['', undefined, null])
      expect(readAccess({ role: 'viewer', audience })).toEqual({ role: 'viewer', audience: null })
  })

  it.each([
    [{ role: 'owner' }],
    [{}],
    [{ role: ['admin'] }],
    [{ role: 'viewer', audience: 7 }],
    [{ role: 'viewer', audience: 'x'.repeat(201) }],
  ])('is refused in words: %j', (fields) => {
    expect(() => readAccess(fields)).toThrow(/“(role|audience)” is/)
  })
})

it('a reason is one that was written, and not too long', () => {
  expect([readReason({ reason: ' she left ' }), readReason({ reason: ' ' }), readReason({})]).toEqual(['she left', null, null])
  expect(() => readReason({ reason: 'x'.repeat(301) })).toThrow('at most 300')
})
