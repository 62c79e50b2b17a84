import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import type { FaultKind } from '#demo/campus/faults.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'

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
const misbehave = (kind: FaultKind) => campus.control.faults.set('vds', kind)

describe('the directory over REST', () => {
  it('is read page by page until the last, whatever the size of a page', async () => {
    const all = await search('vds', STAFF)
    const asked = campus.control.requests('vds')
    expect(await search('vds', STAFF, { pageSize: 10 })).toEqual(all)
    expect(campus.control.requests('vds') - asked).toBe(Math.ceil(all.length / 10))
  })

  it.each<[FaultKind, Record<string, unknown>, string]>([
    ['no-paging', STAFF, 'entries and it gave 20'],
    ['ends-early', STAFF, 'entries and it gave 20'],
    ['size-limit', { ...STAFF, sizeLimit: 500 }, 'there may be more, which the directory does not count'],
    ['error-in-200', STAFF, 'LDAP code 4'],
    ['html-page', STAFF, 'a web page or XML'],
    ['xml-fault-in-200', STAFF, 'a web page or XML'],
    ['unauthorized', STAFF, 'LDAP code 49'],
    ['unauthorized-as-404', STAFF, 'some systems say so to wrong credentials'],
    ['cut-body', STAFF, 'in the middle'],
    ['too-many-requests', STAFF, 'come back later'],
    ['redirect-elsewhere', STAFF, 'redirects to another host are never followed'],
  ])('when it does this: %s, the answer is refused', async (kind, request, words) => {
    misbehave(kind)
    await expect(search('vds', request, { pageSize: 20 })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('that has no pages is whole when all fit into one', async () => {
    const all = await search('vds')
    misbehave('no-paging')
    expect(await search('vds')).toEqual(all)
  })

  it('that has forgotten a search has not come to its end, unless nothing was left', async () => {
    const all = await search('vds')
    misbehave('ends-early')
    expect(await search('vds', { filter: '(buid=U10000001)' })).toEqual([])
    await expect(search('vds', STAFF, { pageSize: all.length - 1 })).rejects.toMatchObject({ code: 'refused' })
  })

  it('says that the password is wrong for every search, and when it will end', async () => {
    misbehave('unauthorized')
    const asset = { key: 'vds/staff', path: 'staff', settings: STAFF, previous: null }
    await expect(Array.fromAsync(open('vds').observe([asset]))).rejects.toMatchObject({ systemWide: true })
    const receiver = await startHttpReceiver()
    const check = (body: string) => {
      receiver.behave((response) => response.end(body))
      return open('vds', { url: receiver.url }).check()
    }
    expect(await check('{"httpStatus":200}')).toMatchObject({ ok: true, credentialExpiresAt: null })
    expect(await check('{"httpStatus":200,"secUntilPwdExp":3600}')).toMatchObject({ credentialExpiresAt: clock.now() + 3_600_000 })
    expect(await check('{"httpStatus":400}')).toMatchObject({ ok: false })
    await receiver.close()
  })

  it('says which base it does not know and which filter it cannot read', async () => {
    await expect(search('vds', { ...STAFF, base: 'o=elsewhere' })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('LDAP code 32'),
    })
    await expect(search('vds', { filter: '(&)' })).rejects.toMatchObject({ code: 'refused' })
    await expect(search('vds', { filter: 'uid=a' })).rejects.toThrow('is not an LDAP filter')
  })
})

describe('the directory through the gateway', () => {
  it('takes a list of answers, a single one, and a key in either header', async () => {
    const all = await search('vds_gateway')
    misbehave('one-json-document')
    expect(await search('vds_gateway')).toEqual(all)
    expect(await search('vds_gateway', STAFF, { auth: 'x-api-key' })).toEqual(all)
  })

  it('reads several answers, each by what it says of itself', async () => {
    const receiver = await startHttpReceiver()
    const person = (uid: string) => `{"dn":"uid=${uid}","attributes":{"uid":"${uid}"}}`
    const answer = (total: string, ...uids: string[]) => `{"entity":{"resources":[${uids.map(person)}]${total}}}`
    const read = (body: string, counted = answer(',"totalResults":99')) => {
      const answers = [body, counted]
      receiver.behave((response) => response.end(answers.shift()))
      return search('vds_gateway', STAFF, { url: receiver.url })
    }
    expect(await read(`[${answer(',"totalResults":1', 'a')},${answer(',"totalResults":2', 'b', 'c')}]`)).toHaveLength(3)
    expect(await read(`[${answer('', 'a')},${answer('', 'b', 'c')}]`)).toHaveLength(3)
    expect(await read(`[${answer(',"totalResults":-1', 'a')},${answer('', 'b')}]`, answer(',"totalResults":2', 'a'))).toHaveLength(2)
    expect(JSON.parse(receiver.requests.at(-1)?.body ?? '').params).toBe(
      'filter=(PersonPrimaryAffiliation=staff)&sizeLimit=0&startIndex=1&count=1&attributes=PersonBuid',
    )
    for (const body of [
      `[${answer(',"totalResults":-1', 'a')},${answer(',"totalResults":1', 'b')}]`,
      answer(',"totalResults":3', 'a'),
      answer(',"totalResults":-2', 'a'),
      `[${answer('', 'a')},{}]`,
      `[${answer('', 'a')},{"entity":{"resources":{}}}]`,
      '[]',
    ])
      await expect(read(body), body).rejects.toMatchObject({ code: 'refused' })
    await receiver.close()
  })

  it('does not pass over what a gateway cannot be told', async () => {
    for (const more of [{ base: 'ou=people,o=campus' }, { scope: 'one' }])
      await expect(search('vds_gateway', { ...STAFF, ...more })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('throws on an error inside a 200', async () => {
    misbehave('error-in-200')
    await expect(search('vds_gateway')).rejects.toMatchObject({ code: 'refused' })
    campus.control.faults.clear()
    await expect(search('vds_gateway', { filter: '(&)' })).rejects.toMatchObject({ code: 'refused' })
  })
})
