import { describe, expect, it } from 'vitest'
import type { AccessRules } from './access-rules.ts'
import { grantableAudiences, type Scope, tokenAccess } from './token-rules.ts'

const nobody = { oidc: [], people: [] }
const rules: AccessRules = {
  roles: [],
  audiences: [
    { audience: 'finance', for: nobody },
    { audience: 'library', for: nobody },
  ],
}
const none: AccessRules = { roles: [], audiences: [] }

describe('a token', () => {
  it.each<[Scope[], 'viewer' | 'engineer' | 'admin', string | null]>([
    [['read'], 'admin', 'viewer'],
    [['read'], 'viewer', 'viewer'],
    [['run'], 'admin', 'engineer'],
    [['run'], 'engineer', 'engineer'],
    [['run'], 'viewer', 'viewer'],
    [['read', 'run', 'push'], 'engineer', 'engineer'],
    [['push'], 'admin', null],
    [[], 'admin', null],
  ])('for %j of an owner who is %s acts as %s', (scopes, role, as) => {
    expect(tokenAccess({ role, audience: null }, { scopes, audience: null }, rules)?.role ?? null).toBe(as)
  })

  it.each([
    [null, null, null],
    [null, 'finance', 'finance'],
    ['finance', null, 'finance'],
    ['finance', 'finance', 'finance'],
    ['finance', 'everybody', 'everybody'],
    ['library', 'finance', 'everybody'],
    ['everybody', 'finance', 'everybody'],
    [null, 'was-there-once', 'everybody'],
  ])('of an owner who sees %s, made for %s, sees %s', (audience, given, sees) => {
    expect(tokenAccess({ role: 'viewer', audience }, { scopes: ['read'], audience: given }, rules)?.audience).toBe(sees)
  })

  it('sees everything where there are no audiences any more', () => {
    expect(tokenAccess({ role: 'viewer', audience: null }, { scopes: ['read'], audience: 'finance' }, none)?.audience).toBeNull()
  })

  it('is made for no more than its maker sees', () => {
    expect(grantableAudiences({ audience: null }, rules)).toEqual(['finance', 'library', 'everybody'])
    expect(grantableAudiences({ audience: 'library' }, rules)).toEqual(['library', 'everybody'])
    expect(grantableAudiences({ audience: 'everybody' }, rules)).toEqual(['everybody'])
    expect(grantableAudiences({ audience: null }, none)).toEqual([])
  })
})
