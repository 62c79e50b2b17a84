import { describe, expect, it } from 'vitest'
import type { CatalogueAudience } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { sightInWords, sightOfAudiences } from './audiences.ts'
import { resolveCatalogue } from './resolve.ts'

function resolve(...lines: string[]) {
  const text = ['page: { name: Campus, zone: UTC }', 'groups: { ledger: {}, payroll: {}, terms: {} }', ...lines, ''].join('\n')
  const parsed = parseCatalogue([{ file: 't.yaml', text }])
  const { document, problems } = checkCatalogue(parsed, campusContracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems, null, 1))
  return resolveCatalogue(document, parsed.root, campusContracts)
}

describe('people and audiences', () => {
  it('are none where nothing is said', () => {
    expect(resolve()).toMatchObject({ people: { roles: [], oidc: null, mail: null }, audiences: [] })
  })

  it('keep their order, with addresses in small letters and nothing missing', () => {
    const { people, audiences } = resolve(
      'audiences: { z: { groups: [payroll, ledger], for: { people: [Bursar@Example.edu] } }, a: { groups: [ledger] } }',
      'people:',
      '  roles: [{ role: admin, for: { oidc: [Owners] } }, { role: engineer, for: { people: [Ada@example.edu] } }]',
      '  oidc: { issuer: "https://login.example.edu/", clientId: tidemark }',
    )
    expect(audiences).toEqual([
      { key: 'z', groups: ['payroll', 'ledger'], for: { oidc: [], people: ['bursar@example.edu'] } },
      { key: 'a', groups: ['ledger'], for: { oidc: [], people: [] } },
    ])
    expect(people.roles).toEqual([
      { role: 'admin', for: { oidc: ['Owners'], people: [] } },
      { role: 'engineer', for: { oidc: [], people: ['ada@example.edu'] } },
    ])
    expect(people.oidc).toEqual({
      issuer: 'https://login.example.edu/',
      clientId: 'tidemark',
      name: 'Single sign-on',
      groupsClaim: 'groups',
    })
  })

  it('are written to as those are whom feeds tell, unless something else is said', () => {
    const tell = 'tell: { email: { to: a@example.edu, from: b@example.edu, smtp: "${SMTP_URL}" } }'
    expect(resolve(tell).people.mail).toEqual({ from: 'b@example.edu', smtp: '${SMTP_URL}' })
    const own = 'people: { mail: { from: c@example.edu, smtp: "${OTHER}" } }'
    expect(resolve(tell, own).people.mail).toEqual({ from: 'c@example.edu', smtp: '${OTHER}' })
  })
})

const groups = ['ledger', 'payroll', 'terms', 'rooms'].map((key) => ({ key, name: key, description: null }))
const audience = (key: string, own: string[], oidc: string[] = [], people: string[] = []): CatalogueAudience => ({
  key,
  groups: own,
  for: { oidc, people },
})

describe('an audience', () => {
  it('sees the groups it names and those that none names, in the order of the page', () => {
    const audiences = [audience('finance', ['payroll', 'ledger']), audience('board', ['ledger'])]
    expect([...sightOfAudiences({ groups, audiences })]).toEqual([
      ['finance', ['ledger', 'payroll', 'terms', 'rooms']],
      ['board', ['ledger', 'terms', 'rooms']],
      ['everybody', ['terms', 'rooms']],
    ])
  })

  it('does not exist where none is declared, not even that of everybody', () => {
    expect(sightOfAudiences({ groups, audiences: [] }).size).toBe(0)
    expect(sightInWords({ access: 'private', groups, audiences: [] })).toEqual([])
  })

  it('is told in words', () => {
    const audiences = [audience('finance', ['payroll', 'ledger'], ['staff', 'heads'], ['a@b.example']), audience('board', ['rooms'])]
    expect(sightInWords({ access: 'public', groups, audiences })).toEqual([
      '  finance (members of staff, heads; 1 person): payroll, ledger and the group of everybody',
      '  board (by invitation or token): rooms and the group of everybody',
      '  everybody else: terms',
      '  admins: everything',
    ])
    const all = [
      audience(
        'house',
        groups.map(({ key }) => key),
      ),
    ]
    expect(sightInWords({ access: 'private', groups, audiences: all }).slice(0, 2)).toEqual([
      '  house (by invitation or token): ledger, payroll, terms, rooms',
      '  everybody else who is signed in: nothing',
    ])
  })
})
