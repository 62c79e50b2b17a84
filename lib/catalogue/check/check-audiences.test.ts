import { describe, expect, it } from 'vitest'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { checkCatalogue } from './check-catalogue.ts'

/** Lines 1 and 2 are the page and two groups, then the given lines. */
function said(...lines: string[]): string[] {
  const text = ['page: { name: Campus, zone: UTC }', 'groups: { ledger: {}, payroll: {} }', ...lines, ''].join('\n')
  const { problems } = checkCatalogue(parseCatalogue([{ file: 't.yaml', text }]), campusContracts)
  return problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.problem} | ${p.remedy}`)
}

const OIDC = 'people: { oidc: { issuer: "https://login.example.edu", clientId: tidemark } }'
const NOBODY_SIGNS_IN =
  'Nobody signs in by OpenID Connect, so nobody has such groups. | Add "people: { oidc: { issuer: https://…, clientId: … } }", or name people.'

describe('audiences and people', () => {
  it('are good where they name groups that are there and people who can sign in', () => {
    expect(
      said(
        'audiences:',
        '  finance: { groups: [ledger, payroll], for: { oidc: [finance-staff, both], people: [bursar@example.edu] } }',
        '  records: { groups: [ledger], for: { oidc: [records-staff] } }',
        '  board: { groups: [ledger] }',
        'people:',
        '  roles: [{ role: admin, for: { people: [owner@example.edu] } }, { role: engineer, for: { oidc: [both] } }]',
        '  oidc: { issuer: "http://127.0.0.1:4520", clientId: tidemark, name: Campus login, groupsClaim: roles }',
        '  mail: { from: data@example.edu, smtp: "${SMTP_URL}" }',
      ),
    ).toEqual([])
  })

  it.each<[string, string[], string[]]>([
    [
      'a group that is not there',
      ['audiences: { finance: { groups: [ledgr, elsewhere] } }'],
      [
        '3:34 audiences.finance.groups[0] | There is no service group "ledgr". | Did you mean "ledger"?',
        '3:41 audiences.finance.groups[1] | There is no service group "elsewhere". | There is: ledger, payroll.',
      ],
    ],
    [
      'a group twice',
      ['audiences: { finance: { groups: [ledger, ledger] } }'],
      ['3:42 audiences.finance.groups[1] | "ledger" is already named in "finance". | Take one of them out.'],
    ],
    [
      'no group',
      ['audiences: { finance: { groups: [] }, board: {} }'],
      [
        '3:25 audiences.finance.groups | "groups" must hold at least one service group. | Correct it, or take the line out.',
        '3:39 audiences.board.groups | "groups" is missing. | Add "groups" here.',
      ],
    ],
    [
      'names that are taken',
      ['audiences: { everybody: { groups: [ledger] }, Public: { groups: [ledger] }, all: { groups: [ledger] } }'],
      ['14', '47', '77'].map((column, i) => {
        const name = ['everybody', 'Public', 'all'][i]
        return `3:${column} audiences.${name} | An audience cannot be called "${name}": that means something of its own. | Choose another name.`
      }),
    ],
    [
      'a name that could not be an address',
      ['audiences: { "a/b": { groups: [ledger] } }'],
      [
        '3:14 audiences.a/b | "a/b" cannot be used as a key: begin with a letter and use letters, digits, "-" and "_". | Correct it, or take the line out.',
      ],
    ],
    [
      'nine audiences',
      ['audiences:', ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `  a${n}: { groups: [ledger] }`)],
      ['12:3 audiences.a9 | There are 9 audiences, and there can be at most 8. | Join some whose readers may see the same.'],
    ],
    [
      'rules for nobody',
      ['audiences:', '  finance: { groups: [ledger], for: {} }', '  board: { groups: [ledger], for: { people: [] } }'],
      [
        '4:32 audiences.finance.for | "for" names nobody. | Write { oidc: [group], people: [somebody@example.edu] }, or take it out.',
        '5:37 audiences.board.for.people | "people" must hold at least one e-mail address. | Correct it, or take the line out.',
      ],
    ],
    [
      'who is no address',
      ['audiences: { finance: { groups: [ledger], for: { people: [bursar] } } }'],
      ['3:59 audiences.finance.for.people[0] | "bursar" is not an e-mail address. | Write one such as bursar@example.edu.'],
    ],
    [
      'groups of a sign-in that nobody can do',
      ['audiences: { finance: { groups: [ledger], for: { oidc: [x] } } }', 'people: { roles: [{ role: admin, for: { oidc: [y] } }] }'],
      [`3:50 audiences.finance.for.oidc | ${NOBODY_SIGNS_IN}`, `4:41 people.roles[0].for.oidc | ${NOBODY_SIGNS_IN}`],
    ],
    [
      'who is named by an earlier rule',
      [
        OIDC,
        'audiences:',
        '  finance: { groups: [ledger], for: { oidc: [staff, Staff], people: [bursar@example.edu] } }',
        '  records: { groups: [ledger], for: { oidc: [staff], people: [Bursar@example.edu] } }',
      ],
      [
        '6:46 audiences.records.for.oidc[0] | "staff" is already named for the audience "finance" (t.yaml, line 5), and the first that fits counts. | Take one of them out.',
        '6:63 audiences.records.for.people[0] | "Bursar@example.edu" is already named for the audience "finance" (t.yaml, line 5), and the first that fits counts. | Take one of them out.',
      ],
    ],
    [
      'who is named for an earlier role',
      [
        'people:',
        '  roles:',
        '    - { role: admin, for: { people: [ada@example.edu] } }',
        '    - { role: engineer, for: { people: [ada@example.edu] } }',
        '    - { role: owner, for: { people: [bob@example.edu] } }',
      ],
      [
        '6:41 people.roles[1].for.people[0] | "ada@example.edu" is already named for the role admin (t.yaml, line 5), and the first that fits counts. | Take one of them out.',
        '7:15 people.roles[2].role | "owner" is not a role there is. | There is: viewer, engineer, admin.',
      ],
    ],
    [
      'an issuer that others could speak for',
      ['people: { oidc: { issuer: "http://login.example.edu", clientId: tidemark } }'],
      ['3:27 people.oidc.issuer | "http://login.example.edu" is not safe from listeners. | Begin with https://.'],
    ],
    [
      'an issuer that only looks like this machine',
      ['people: { oidc: { issuer: "http://localhost.example.edu", clientId: tidemark } }'],
      ['3:27 people.oidc.issuer | "http://localhost.example.edu" is not safe from listeners. | Begin with https://.'],
    ],
    [
      'an issuer that is no address',
      ['people: { oidc: { issuer: login.example.edu, clientId: tidemark } }'],
      ['3:27 people.oidc.issuer | "login.example.edu" is not the address of an issuer. | Begin with https://.'],
    ],
    [
      'an issuer with something behind it',
      ['people: { oidc: { issuer: "https://login.example.edu?tenant=1", clientId: tidemark } }'],
      [
        '3:27 people.oidc.issuer | "https://login.example.edu?tenant=1" is not the address of an issuer. | Leave out what follows "?" or "#".',
      ],
    ],
    [
      'secrets in clear',
      [
        'people:',
        '  oidc: { issuer: "https://login.example.edu", clientId: tidemark, clientSecret: hush }',
        '  mail: { from: data@example.edu, smtp: "smtp://data:hush@mail.example.edu" }',
      ],
      [
        '4:82 people.oidc.clientSecret | "clientSecret" is a secret written in clear. | Put the value into .env as OIDC_CLIENT_SECRET=… and write "${OIDC_CLIENT_SECRET}" here, or "file:/path" to a secret file.',
        '5:41 people.mail.smtp | "smtp" is an address with a password or token written in clear. | Put the value into .env as MAIL_SMTP=… and write "${MAIL_SMTP}" here, or "file:/path" to a secret file.',
      ],
    ],
  ])('%s', (_, lines, problems) => {
    expect(said(...lines)).toEqual(problems)
  })

  it('have no setting for the secret of the client, which the catalogue would show', () => {
    expect(
      said('people: { oidc: { issuer: "https://login.example.edu", clientId: tidemark, clientSecret: "${OIDC_CLIENT_SECRET}" } }'),
    ).toEqual(['3:76 people.oidc.clientSecret | There is no setting "clientSecret" here. | There is: issuer, clientId, name, groupsClaim.'])
  })
})
