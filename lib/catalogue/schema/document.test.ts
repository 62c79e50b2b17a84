import { describe, expect, it } from 'vitest'
import { isAssetKey } from '#lib/domain/lineage/asset-key.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { ASSET_KEYS, CONNECTION_KEYS, catalogueDocumentSchema, isReference } from './document.ts'

const page = { name: 'P', zone: 'UTC' }
const accepts = (part: Record<string, unknown>) => catalogueDocumentSchema.safeParse({ page, ...part }).success

describe('the smallest catalogue', () => {
  it('is a page, and private, and tells nobody', () => {
    expect(catalogueDocumentSchema.parse({ page })).toEqual({
      access: 'private',
      page: { ...page, readyBy: '08:00', demo: false },
      tell: {},
      contracts: {},
      calendars: {},
      connections: {},
      groups: {},
      audiences: {},
      people: { roles: [] },
      flows: {},
    })
  })

  it('has defaults in its parts too', () => {
    const document = catalogueDocumentSchema.parse({
      page,
      tell: { heartbeat: { url: 'https://x.example' } },
      calendars: { c: {} },
      connections: { c: { kind: 'postgres' } },
      groups: { g: { feeds: { f: { assets: { 'c/a': null } } } } },
      people: { oidc: { issuer: 'https://x.example', clientId: 'c' } },
      flows: { f: null },
    })
    expect(document).toMatchObject({
      tell: { heartbeat: { every: MINUTE_MS } },
      calendars: { c: { weekdays: 'mon-fri', holidays: [] } },
      connections: { c: { probe: 5 * MINUTE_MS, maxAge: 365 * DAY_MS } },
      groups: { g: { feeds: { f: { assets: { 'c/a': null } } } } },
      people: { roles: [], oidc: { name: 'Single sign-on', groupsClaim: 'groups' } },
      flows: { f: null },
    })
  })
})

describe('what is written', () => {
  it.each([
    ['a connector keeps its own settings', { connections: { c: { kind: 'x', anything: [1] } } }, true],
    ['a feed has no strange ones', { groups: { g: { feeds: { f: { anything: 1 } } } } }, false],
    ['a look a second apart', { connections: { c: { kind: 'x', probe: '1s' } } }, true],
    ['a look a week apart', { connections: { c: { kind: 'x', probe: '7d' } } }, true],
    ['a look less often than weekly', { connections: { c: { kind: 'x', probe: '8d' } } }, false],
    ['the day a password was replaced', { connections: { c: { kind: 'x', rotatedOn: '2026-11-20', maxAge: '90d' } } }, true],
    ['a day that does not exist', { connections: { c: { kind: 'x', rotatedOn: '2026-11-31' } } }, false],
    ['a secret that is too old at once', { connections: { c: { kind: 'x', maxAge: '0d' } } }, false],
    ['a look without pause', { connections: { c: { kind: 'x', probe: '0s' } } }, false],
    ['a reason of 400 characters', { groups: { g: { why: 'w'.repeat(400) } } }, true],
    ['a reason of 401 characters', { connections: { c: { kind: 'x', why: 'w'.repeat(401) } } }, false],
    ['a reason that says nothing', { flows: { f: { why: '  ' } } }, false],
    ['all rows rejected', { flows: { f: { rejectTolerance: 1 } } }, true],
    ['more than all rows rejected', { flows: { f: { rejectTolerance: 1.01 } } }, false],
    ['no time at all', { flows: { f: { timeout: '0m' } } }, false],
    ['a list of no policies', { groups: { g: { policy: [] } } }, false],
    ['a list of policies', { groups: { g: { policy: [{ kind: 'none' }] } } }, true],
    ['weekdays by name', { calendars: { c: { weekdays: ['mon', 'sun'] } } }, true],
    ['weekdays as people write them', { calendars: { c: { weekdays: 'Mon-Wed, sat' } } }, true],
    ['weekdays by number', { calendars: { c: { weekdays: '1-5' } } }, false],
    ['a holiday that does not exist', { calendars: { c: { holidays: ['2026-02-29'] } } }, false],
    ['a holiday of a leap year', { calendars: { c: { holidays: ['2028-02-29'] } } }, true],
    ['a runbook that is not on the web', { groups: { g: { feeds: { f: { runbook: 'ftp://x' } } } } }, false],
    ['an address by reference', { tell: { email: { to: '${TO}', from: 'a@b.example', smtp: '${SMTP}' } } }, true],
    ['an address that is none', { tell: { email: { to: 'team', from: 'a@b.example', smtp: '${SMTP}' } } }, false],
    ['a hook without its secret', { tell: { webhook: { url: 'https://x.example' } } }, false],
    ['a key of a hundred letters', { groups: { ['g'.repeat(100)]: {} } }, true],
    ['a key of a hundred and one', { groups: { ['g'.repeat(101)]: {} } }, false],
    ['a key that begins with a digit', { groups: { '2g': {} } }, false],
    ['access for some', { access: 'some' }, false],
  ])('%s', (_name, part, expected) => {
    expect(accepts(part)).toBe(expected)
  })

  it('becomes milliseconds where it is a duration', () => {
    const { flows, connections } = catalogueDocumentSchema.parse({
      page,
      flows: { f: { timeout: '1h30m' } },
      connections: { c: { kind: 'x', probe: '2d' } },
    })
    expect([flows['f']?.timeout, connections['c']?.probe]).toEqual([1.5 * HOUR_MS, 2 * DAY_MS])
  })
})

describe('a key of an asset', () => {
  it.each(['lake/a', 'lake/term_raw.term data', 'lake/a/b/c', 'ps-1/Ü'])('may be "%s"', (key) => expect(isAssetKey(key)).toBe(true))

  it.each(['lake', 'lake/', '/a', 'la ke/a', '1ake/a', 'lake/ a', 'lake/a ', 'lake/a\tb', `lake/${'a'.repeat(496)}`])(
    'may not be "%s"',
    (key) => expect(isAssetKey(key)).toBe(false),
  )
})

describe('a reference', () => {
  it.each(['${NAME}', 'postgres://${USER}:${PASS}@db', 'file:/run/secrets/x'])('is "%s"', (text) => expect(isReference(text)).toBe(true))
  it.each(['', '$NAME', '${}', '${1X}', '{NAME}', 'profile:/x'])('is not "%s"', (text) => expect(isReference(text)).toBe(false))
})

describe('our own keys', () => {
  it('are told from those of a connector', () => {
    expect([...CONNECTION_KEYS]).toEqual(['kind', 'name', 'why', 'probe', 'discover', 'rotatedOn', 'maxAge', 'identity', 'limits'])
    expect([...ASSET_KEYS].sort()).toEqual(['blindAfter', 'contract', 'from', 'job', 'kind', 'name', 'policy', 'promised', 'was', 'why'])
  })
})
