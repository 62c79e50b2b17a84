import { describe, expect, it } from 'vitest'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { type CredentialFacts, credentialAge } from './credential-age.ts'

const at = (text: string) => Date.parse(text)
const NOW = at('2026-11-20T12:00Z')

const facts = (more: Partial<CredentialFacts> = {}): CredentialFacts => ({
  rotatedOn: null,
  zone: 'America/New_York',
  changedAt: null,
  seenAt: at('2026-10-01T00:00Z'),
  expiresAt: null,
  maxAgeMs: 90 * DAY_MS,
  ...more,
})

describe('the age of a credential', () => {
  it('counts from the day somebody wrote down, in the zone of the page', () => {
    expect(credentialAge(facts({ rotatedOn: '2026-11-01' }), NOW).since).toEqual({ at: at('2026-11-01T04:00Z'), how: 'rotated' })
  })

  it('counts from the last change seen when nobody wrote down a later one', () => {
    const changedAt = at('2026-11-05T00:00Z')
    expect(credentialAge(facts({ changedAt }), NOW).since).toEqual({ at: changedAt, how: 'changed' })
    expect(credentialAge(facts({ changedAt, rotatedOn: '2026-11-01' }), NOW).since).toEqual({ at: changedAt, how: 'changed' })
    expect(credentialAge(facts({ changedAt, rotatedOn: '2026-11-10' }), NOW).since?.how).toBe('rotated')
  })

  it('is at least what we have seen ourselves', () => {
    expect(credentialAge(facts(), NOW).since).toEqual({ at: at('2026-10-01T00:00Z'), how: 'seen' })
  })

  it('is unknown before the first look', () => {
    expect(credentialAge(facts({ seenAt: null }), NOW)).toEqual({ state: 'unknown', since: null, end: null })
  })
})

describe('the end of a credential', () => {
  it.each([
    ['2026-12-16T23:59:59Z', 'fine'],
    ['2026-12-17T00:00:00Z', 'soon'],
    ['2026-12-30T23:59:59Z', 'soon'],
    ['2026-12-31T00:00:00Z', 'over'],
  ])('by its age is at %s %s', (now, state) => {
    const changedAt = at('2026-10-02T00:00Z')
    const age = credentialAge(facts({ changedAt, maxAgeMs: 90 * DAY_MS }), at(now))
    expect(age).toMatchObject({ state, end: { at: at('2026-12-31T00:00Z'), why: 'age' } })
  })

  it('is what the system says when that comes first', () => {
    const expiresAt = at('2026-11-25T00:00Z')
    expect(credentialAge(facts({ expiresAt }), NOW)).toMatchObject({ state: 'soon', end: { at: expiresAt, why: 'expiry' } })
    expect(credentialAge(facts({ expiresAt, seenAt: null }), NOW)).toMatchObject({ state: 'soon', end: { why: 'expiry' } })
    expect(credentialAge(facts({ expiresAt, maxAgeMs: 5 * DAY_MS }), NOW)).toMatchObject({ state: 'over', end: { why: 'age' } })
  })
})
