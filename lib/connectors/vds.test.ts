import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import type { FaultKind, System } from '#demo/campus/faults.ts'
import { startLdapServer } from '#demo/campus/ldap/ldap-server.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { UNTRUSTED } from '#lib/testing/servers/untrusted-certificate.ts'
import type { ObservedAsset } from './kit/connector.ts'
import vds from './vds.ts'

const clock = new FakeClock('2026-11-20T07:00:00Z')
const signal = new AbortController().signal
let campus: Campus
beforeAll(async () => {
  campus = await startCampus({ clock, peopleCount: 600, coursesPerTerm: 1 })
})
afterAll(() => campus.close())
afterEach(() => {
  campus.control.faults.clear()
  campus.control.restore()
})

const STAFF = { filter: '(PersonPrimaryAffiliation=staff)', attributes: ['PersonBuid'] }
const open = (name: string, more = {}) => openCampusConnection(campus, name, { clock, signal }, more)
const search = async (name: string, request: Record<string, unknown> = STAFF, more = {}) =>
  (await Array.fromAsync(open(name, more).extract(request))).map((entry) => Object(entry))
const asset = (path: string, more: Partial<ObservedAsset> = {}): ObservedAsset => ({
  key: `vds/${path}`,
  path,
  settings: {},
  previous: null,
  ...more,
})
const probe = async (name: string, one: ObservedAsset) => Object((await Array.fromAsync(open(name).observe([one])))[0])
const SYSTEM_OF: Record<string, System> = { vds: 'vds', vds_gateway: 'vds', vds_ldap: 'ldap' }
const misbehave = (name: string, kind: FaultKind, options = {}) => campus.control.faults.set(SYSTEM_OF[name] ?? 'vds', kind, options)

describe.each(['vds', 'vds_gateway', 'vds_ldap'])('the directory (%s)', (name) => {
  it('finds everybody a filter names, with the attributes that were asked for, as lists', async () => {
    const found = await search(name)
    const staff = [...campus.people.of('employee')].filter((index) => !campus.people.populationsOf(index).includes('faculty'))
    expect(found.map((entry) => entry.attributes.PersonBuid[0]).sort()).toEqual(staff.map((index) => `U${90_000_001 + index}`).sort())
    expect(found[0]).toEqual({
      dn: expect.stringMatching(/^uid=p\d+,ou=people,o=campus$/),
      attributes: { PersonBuid: [expect.any(String)] },
    })
  })

  it('takes the filter of the affiliates with its ampersands, and names in any case', async () => {
    const filter = '(&(AffiliateAssignmentEndDate=*)(&(!(PersonPrimaryAffiliation=staff))(!(PersonPrimaryAffiliation=faculty))))'
    const found = await search(name, { filter, attributes: ['BUID'] })
    const affiliates = [...campus.people.of('affiliate')].map((index) => `U${90_000_001 + index}`)
    expect(found.flatMap((entry) => entry.attributes.BUID ?? []).sort()).toEqual(affiliates.sort())
    expect(found.length).toBeGreaterThan(affiliates.length)
    expect(found.some((entry) => entry.attributes.BUID === undefined)).toBe(true)
  })

  it('gives single and several values alike', async () => {
    campus.control.people.change({ buids: ['U90000001'] })
    const [changed] = await search(name, { filter: '(buid=U90000001)' })
    expect(changed.attributes).toMatchObject({
      objectClass: ['top', 'person', 'inetOrgPerson'],
      uid: ['p1'],
      mail: [expect.any(String), expect.any(String)],
    })
    expect(await search(name, { filter: '(buid=U10000000)' })).toEqual([])
  })

  it('refuses an answer that reaches the size limit, however it says so', async () => {
    const all = (await search(name)).length
    const words = expect.stringMatching(/is not complete: .*Ask for less/)
    await expect(search(name, { ...STAFF, sizeLimit: all - 1 })).rejects.toMatchObject({ code: 'refused', publicMessage: words })
    await expect(search(name, { ...STAFF, sizeLimit: all })).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining(`size limit of ${all}`),
    })
    expect(await search(name, { ...STAFF, sizeLimit: all + 1 })).toHaveLength(all)
  })

  it('lets us in, or says why not, and never with the password', async () => {
    expect(await open(name).check()).toMatchObject({ ok: true })
    const wrong = await open(name, { password: 'wrong-password', key: 'wrong-password' }).check()
    expect(wrong).toMatchObject({ ok: false, detail: expect.stringMatching(/refused the (DN or its password|credentials)/) })
    expect(wrong.detail).not.toContain('wrong-password')
  })

  it('is watched cheaply, or by a search', async () => {
    expect(await probe(name, asset('affiliates'))).toMatchObject({ ok: true, readings: [], evidence: { method: 'answer' } })
    const settings = { filter: '(PersonPrimaryAffiliation=faculty)', attributes: ['PersonBuid'] }
    const seen = await probe(name, asset('faculty', { settings }))
    expect(seen).toMatchObject({
      ok: true,
      rows: [...campus.people.of('faculty')].length,
      readings: [{ clock: 'dataThroughAt', at: Date.parse('2026-10-15T12:00:00Z') }],
    })
    expect(await probe(name, asset('faculty', { settings: { ...settings, sizeLimit: 1 } }))).toMatchObject({
      ok: false,
      publicMessage: expect.stringContaining('not complete'),
    })
  })

  it('that is not there fails as a connection', async () => {
    misbehave(name, 'down')
    await expect(probe(name, asset('affiliates'))).rejects.toMatchObject({ systemWide: true })
    await expect(search(name)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('says so when it is slow, and is left alone when nobody wants its answer any more', async () => {
    misbehave(name, 'slow-answer', { delayMs: 20_000 })
    await expect(search(name, STAFF, { timeoutMs: 250 })).rejects.toMatchObject({ code: 'timeout', retryable: true })
    const leaving = new AbortController()
    const reading = Array.fromAsync(openCampusConnection(campus, name, { clock, signal: leaving.signal }).extract(STAFF))
    setTimeout(() => leaving.abort(), 50)
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
    campus.control.faults.clear()
    const asked = campus.control.requests(SYSTEM_OF[name] ?? 'vds')
    const late = openCampusConnection(campus, name, { clock, signal: AbortSignal.abort() }).extract(STAFF)
    await expect(Array.fromAsync(late)).rejects.toMatchObject({ code: 'cancelled' })
    expect(campus.control.requests(SYSTEM_OF[name] ?? 'vds')).toBe(asked)
  })
})

describe('the directory over LDAP', () => {
  it('is read page by page', async () => {
    const all = await search('vds_ldap', STAFF)
    expect(await search('vds_ldap', STAFF, { pageSize: 7 })).toEqual(all)
    expect(await search('vds_ldap', { ...STAFF, base: 'OU=People,O=Campus' }, { pageSize: 3 })).toHaveLength(all.length)
  })

  it.each<[FaultKind, string]>([
    ['size-limit', 'the directory stopped at its own size limit (LDAP code 4)'],
    ['ends-early', 'entries and it gave 0'],
    ['no-paging', 'LDAP code 12'],
    ['error-in-200', 'LDAP code 50'],
    ['redirect-elsewhere', 'referrals are never followed'],
    ['unauthorized', 'LDAP code 49'],
    ['cut-body', 'broke the connection in the middle'],
  ])('when it does this: %s, the answer is refused', async (kind, words) => {
    misbehave('vds_ldap', kind)
    const reading = search('vds_ldap', { ...STAFF, sizeLimit: 25_000 }, { pageSize: 1000 })
    await expect(reading).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringMatching(/U9\d{7}/) })
  })

  it('says which base and which filter are wrong', async () => {
    await expect(search('vds_ldap', { ...STAFF, base: 'o=elsewhere' })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('LDAP code 32'),
    })
    await expect(search('vds_ldap', { filter: '(uid=a' + ')(b=c)' })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('sends nothing over TLS before the certificate is proven, and all when it is', async () => {
    const server = await startLdapServer(
      { people: campus.people, credentials: campus.credentials, control: campus.control },
      { tls: UNTRUSTED },
    )
    const url = server.url.replace('127.0.0.1', 'localhost')
    const asked = campus.control.requests('ldap')
    expect(await open('vds_ldap', { url }).check()).toMatchObject({ ok: false, detail: expect.stringContaining('certificate') })
    expect(campus.control.requests('ldap')).toBe(asked)
    expect(await search('vds_ldap', STAFF, { url, ca: UNTRUSTED.cert })).toHaveLength((await search('vds_ldap')).length)
    expect((await open('vds_ldap', { url, ca: UNTRUSTED.cert }).check()).detail).not.toContain('unprotected')
    await server.close()
  })
})

describe('the settings of a directory', () => {
  it.each([
    [{ protocol: 'gateway', url: 'https://g.example/x' }, 'key'],
    [{ protocol: 'rest', url: 'https://g.example/adap', user: 'u', base: 'o=x' }, 'user'],
    [{ protocol: 'rest', url: 'https://g.example/adap', user: 'u', password: 'p' }, 'base'],
    [{ protocol: 'ldap', url: 'https://g.example', user: 'u', password: 'p', base: 'o=x' }, 'url'],
    [{ protocol: 'rest', url: 'https://g.example', user: 'u', password: 'p', base: 'o=x', ca: UNTRUSTED.cert }, 'ca'],
    [{ protocol: 'rest', url: 'ldaps://g.example', user: 'u', password: 'p', base: 'o=x' }, 'url'],
  ])('say what is missing: %o', (settings, key) => {
    const parsed = vds.settings.safeParse(settings)
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([key])
  })
})
