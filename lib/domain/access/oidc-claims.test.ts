import { describe, expect, it } from 'vitest'
import { readClaims } from './oidc-claims.ts'

const groups = (claims: Record<string, unknown>, path = 'groups') => readClaims([claims], path).groups

describe('the groups of somebody', () => {
  it.each([
    ['a list', { groups: ['a', 'b', 'a'] }, 'groups', ['a', 'b']],
    ['a single text', { groups: 'a' }, 'groups', ['a']],
    ['an empty list', { groups: [] }, 'groups', []],
    ['a path', { realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
    ['a claim with points in its name', { 'https://campus.example/groups': ['a'] }, 'https://campus.example/groups', ['a']],
    ['nothing', {}, 'groups', null],
    ['nothing at the end of a path', { realm_access: { roles: ['a'] } }, 'realm_access.groups', null],
    ['a path through text', { realm: 'x' }, 'realm.length', null],
    ['what every object has', {}, 'constructor.name', null],
    ['a map', { groups: { a: true } }, 'groups', null],
    ['a number', { groups: 5 }, 'groups', null],
  ])('are read from %s', (_, claims, path, expected) => {
    expect(groups(claims, path)).toEqual(expected)
  })

  it('are only texts of a length that names have, and not without end', () => {
    expect(groups({ groups: ['a', 5, null, ['b'], '', 'x'.repeat(501)] })).toEqual(['a'])
    expect(groups({ groups: Array.from({ length: 5000 }, (_, i) => `g${i}`) })).toHaveLength(2000)
  })

  it('are those of the first that says anything of them', () => {
    expect(readClaims([{ sub: 'a' }, { groups: ['a'] }], 'groups').groups).toEqual(['a'])
    expect(readClaims([{ groups: [] }, { groups: ['a'] }], 'groups').groups).toEqual([])
  })
})

describe('who somebody is', () => {
  it('is their address in small letters, verified where the same claims say so, and their name', () => {
    const said = readClaims([{ sub: '1' }, { email: ' Ada@Example.edu', email_verified: true, name: 'Ada\u202e  Lovelace\n' }], 'groups')
    expect(said).toEqual({ email: 'ada@example.edu', isEmailVerified: true, name: 'Ada Lovelace', groups: null })
    expect(readClaims([{ email: 'ada@example.edu' }, { email_verified: true }], 'groups').isEmailVerified).toBe(false)
  })

  it.each([
    [true, true],
    ['true', true],
    ['yes', false],
    [1, false],
    [undefined, false],
  ])('with email_verified %s: verified %s', (written, isEmailVerified) => {
    expect(readClaims([{ email: 'a@b.example', email_verified: written }], 'groups')).toMatchObject({ isEmailVerified })
  })

  it('is nobody known by name where none is said', () => {
    expect(readClaims([{ email: 5, name: '  ' }], 'groups')).toEqual({ email: null, isEmailVerified: false, name: null, groups: null })
    expect(readClaims([{ preferred_username: 'ada' }], 'groups').name).toBe('ada')
  })
})
