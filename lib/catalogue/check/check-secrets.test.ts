import { describe, expect, it } from 'vitest'
import { pathInWords } from '#lib/catalogue/parse/node.ts'
import { located } from '#lib/testing/catalogues/catalogue-texts.ts'
import { checkSecrets } from './check-secrets.ts'

const found = (text: string) => checkSecrets(located(text)).map((finding) => pathInWords(finding.path))
const isSecret = (key: string, value: string) => found(`connections: { c: { ${key}: ${value} } }`).length === 1

describe('by its name, text is a secret', () => {
  it.each([
    'password',
    'dbPassword',
    'passwd',
    'passphrase',
    'client-secret',
    'secrets',
    'accessToken',
    'api_key',
    'API-KEY',
    'privateKey',
    'credentials',
    'accountKey',
    'sas',
    'key',
  ])('under "%s"', (key) => expect(isSecret(key, 'hunter2')).toBe(true))

  it.each(['tokenizer', 'secretary', 'saskia', 'passwordFile', 'keyColumn', 'user'])('but not under "%s"', (key) => {
    expect(isSecret(key, 'hunter2')).toBe(false)
  })

  it('but `key` only as a setting of a connection', () => {
    expect(found('connections: { c: { identity: { key: hunter2 } } }')).toEqual([])
    expect(found('flows: { f: { load: { into: lake/a.b, key: hunter2 } } }')).toEqual([])
  })

  it.each(['"${PASSWORD}"', 'file:/run/secrets/password', '""', 'null', 'true'])('but not when it says %s', (value) => {
    expect(isSecret('password', value)).toBe(false)
  })

  it('even when YAML takes it for a number', () => {
    expect(isSecret('password', '12345')).toBe(true)
    expect(isSecret('port', '12345')).toBe(false)
  })
})

describe('by its form, an address is a secret', () => {
  it.each([
    'postgres://app:hunter2@db.example/lake',
    'https://me:hunter2@ps.example',
    'https://x.example/hook?sig=abc',
    'https://x.example/contract.yaml?X-Amz-Date=20261130T000000Z&X-Amz-Signature=abc',
    'https://x.example/contract.yaml?X-Goog-Signature=abc',
    'https://x.example/hook?a=1&Signature=abc',
    'https://x.example/hook?key=abc',
    'https://x.example/hook?access_token=abc#top',
  ])('%s', (address) => expect(isSecret('address', `"${address}"`)).toBe(true))

  it.each([
    'postgres://db.example/lake',
    'postgres://app@db.example:5432/lake',
    'https://x.example/a:b@c',
    'https://x.example/hook?sig=',
    'https://x.example/hook?page=2#token=abc',
    'not an address ?token=abc',
  ])('but not %s', (address) => expect(isSecret('address', `"${address}"`)).toBe(false))
})

describe('a secret in clear', () => {
  it('is found wherever somebody could write one', () => {
    const text = `
page: { name: P, token: x }
tell: { webhook: { secret: x } }
connections: { ps: { login: { password: x }, tokens: [x, "\${X}", y] } }
groups: { g: { feeds: { f: { assets: { lake/a: { apiKey: x } } } } } }
flows: { term: { parameters: { password: x } } }
calendars: { secret: { weekdays: mon } }
`
    expect(found(text)).toEqual([
      'tell.webhook.secret',
      'connections.ps.login.password',
      'connections.ps.tokens[0]',
      'connections.ps.tokens[2]',
      'groups.g.feeds.f.assets.lake/a.apiKey',
      'flows.term.parameters.password',
      'page.token',
    ])
  })

  it.each([
    ['connections: { peopleSoft: { apiKey: x } }', 'PEOPLE_SOFT_API_KEY'],
    ['connections: { ps-test: { login: { password: x } } }', 'PS_TEST_LOGIN_PASSWORD'],
    ['connections: { ps: { tokens: [x] } }', 'PS_TOKENS'],
    ['flows: { term: { parameters: { token: x } } }', 'TERM_TOKEN'],
    ['tell: { webhook: { secret: x } }', 'WEBHOOK_SECRET'],
  ])('%s gets a name of its own: %s', (text, name) => {
    const [finding] = checkSecrets(located(text))
    expect(finding?.remedy).toBe(`Put the value into .env as ${name}=… and write "\${${name}}" here, or "file:/path" to a secret file.`)
  })

  it('is named, not shown', () => {
    const findings = checkSecrets(located('connections: { c: { password: hunter2, url: "https://a:hunter2@b" } }'))
    expect(findings.map((finding) => finding.problem)).toEqual([
      '"password" is a secret written in clear.',
      '"url" is an address with a password or token written in clear.',
    ])
  })
})
