import { describe, expect, it } from 'vitest'
import { type AccessFacts, type AccessRules, accessOf, audienceInForce } from './access-rules.ts'

const forGroups = (...oidc: string[]) => ({ oidc, people: [] })
const forPeople = (...people: string[]) => ({ oidc: [], people })

const RULES: AccessRules = {
  roles: [
    { role: 'admin', for: { oidc: ['platform-owners'], people: ['owner@campus.example'] } },
    { role: 'viewer', for: forGroups('interns') },
    { role: 'engineer', for: { oidc: ['data-engineers'], people: ['ada@campus.example'] } },
  ],
  audiences: [
    { audience: 'finance', for: { oidc: ['finance-staff'], people: ['bursar@campus.example'] } },
    { audience: 'records', for: { oidc: ['registrar-staff'], people: ['ada@campus.example'] } },
    { audience: 'board', for: forGroups() },
  ],
}

const nobody: AccessFacts = { role: 'viewer', audience: null, email: null, isEmailVerified: false, oidcGroups: [] }
const mailOf = (email: string, isEmailVerified = true) => ({ email, isEmailVerified })

const cases: [string, Partial<AccessFacts>, string][] = [
  ['whom no rule fits', {}, 'viewer everybody'],
  ['with a role that was given', { role: 'engineer' }, 'engineer everybody'],
  ['with an audience that was given', { audience: 'board' }, 'viewer board'],
  ['with a given audience that has gone', { audience: 'alumni' }, 'viewer everybody'],
  ['with the name of everybody given', { audience: 'everybody' }, 'viewer everybody'],
  ['who was made an admin', { role: 'admin', audience: 'board' }, 'admin all'],
  ['in a group of a role', { oidcGroups: ['data-engineers'] }, 'engineer everybody'],
  ['in a group of an audience', { oidcGroups: ['finance-staff'] }, 'viewer finance'],
  ['in groups of both', { oidcGroups: ['data-engineers', 'finance-staff'] }, 'engineer finance'],
  ['in groups of two audiences', { oidcGroups: ['registrar-staff', 'finance-staff'] }, 'viewer finance'],
  ['in groups of two roles', { oidcGroups: ['data-engineers', 'platform-owners'] }, 'admin all'],
  ['whom an earlier rule makes less', { oidcGroups: ['data-engineers', 'interns'] }, 'viewer everybody'],
  ['whom a rule makes less than was given', { role: 'engineer', oidcGroups: ['interns'] }, 'engineer everybody'],
  ['whom a rule makes more than was given', { role: 'engineer', oidcGroups: ['platform-owners'] }, 'admin all'],
  ['who is an admin by rule, in an audience by another', { oidcGroups: ['platform-owners', 'finance-staff'] }, 'admin all'],
  ['whom a rule gives another audience than was given', { audience: 'board', oidcGroups: ['finance-staff'] }, 'viewer finance'],
  ['with an address of two rules', mailOf('ada@campus.example'), 'engineer records'],
  ['with an address in other letters', mailOf('Bursar@Campus.Example'), 'viewer finance'],
  ['with an address nobody proved', mailOf('owner@campus.example', false), 'viewer everybody'],
  ['with an address that is only alike', mailOf('xowner@campus.example'), 'viewer everybody'],
  ['in a group only alike', { oidcGroups: ['Platform-Owners', 'platform', ''] }, 'viewer everybody'],
  ['in a group called like an address', { oidcGroups: ['owner@campus.example'] }, 'viewer everybody'],
  ['with an address called like a group', mailOf('platform-owners'), 'viewer everybody'],
]

const said = ({ role, audience }: { role: string; audience: string | null }) => `${role} ${audience ?? 'all'}`

describe('the role and the audience of a person', () => {
  it.each(cases)('%s', (_, facts, expected) => {
    expect(said(accessOf({ ...nobody, ...facts }, RULES))).toBe(expected)
  })

  it.each(cases)('%s: sees everything where there are no audiences, with the same role', (_, facts, expected) => {
    const [role] = expected.split(' ')
    expect(said(accessOf({ ...nobody, ...facts }, { ...RULES, audiences: [] }))).toBe(`${role} all`)
  })

  it('are what was given where nothing is configured', () => {
    const none = { roles: [], audiences: [] }
    for (const role of ['viewer', 'engineer', 'admin'] as const)
      expect(accessOf({ ...nobody, role, audience: 'finance', ...mailOf('owner@campus.example') }, none)).toEqual({ role, audience: null })
  })

  it('are no more for an empty group, address or rule', () => {
    const rules: AccessRules = {
      roles: [{ role: 'admin', for: forPeople() }],
      audiences: [{ audience: 'finance', for: forGroups() }],
    }
    expect(said(accessOf({ ...nobody, ...mailOf(''), oidcGroups: [''] }, rules))).toBe('viewer everybody')
  })
})

describe('an audience that was given', () => {
  it.each([
    ['board', 'board'],
    ['alumni', 'everybody'],
    [null, 'everybody'],
  ])('%s shows %s', (given, seen) => {
    expect(audienceInForce(given, RULES)).toBe(seen)
  })

  it('shows everything once there are no audiences', () => {
    expect(audienceInForce('board', { roles: [], audiences: [] })).toBeNull()
    expect(audienceInForce(null, { roles: [], audiences: [] })).toBeNull()
  })
})
