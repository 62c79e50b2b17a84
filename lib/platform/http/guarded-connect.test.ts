import dns, { type LookupAddress } from 'node:dns'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { httpRequest } from './client.ts'
import { guardedLookup } from './guarded-connect.ts'

let shop: HttpReceiver
let port: string
/** What each name is looked up as: one answer after the other, the last one again and again. */
const names = new Map<string, string[][]>()
const asked: string[] = []

beforeAll(async () => {
  shop = await startHttpReceiver()
  ;({ port } = new URL(shop.url))
})
afterAll(() => shop.close())
beforeEach(() => {
  shop.requests.length = 0
  asked.length = 0
  shop.behave(answerWith(204, { connection: 'close' }))
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, _options: unknown, done: (error: Error | null, found: unknown) => void) => {
    asked.push(host)
    const answers = names.get(host) ?? []
    const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
    const notFound = Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' })
    process.nextTick(() => done(found.length === 0 ? notFound : null, found.map(addressOf)))
  }) as typeof dns.lookup)
})
afterEach(() => vi.restoreAllMocks())

const addressOf = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })
const get = (url: string, isOfMachine?: true) =>
  httpRequest({
    system: 'The shop',
    url,
    clock: systemClock,
    signal: new AbortController().signal,
    limits: { connectMs: 2000 },
    ...(isOfMachine && { isOfMachine }),
  })
const problemOf = (url: string) =>
  get(url).then(
    ({ status }) => status,
    (error: unknown) => error,
  )
const REFUSED = {
  code: 'refused',
  retryable: false,
  publicMessage: expect.stringContaining('The host of The shop leads to where the machine itself is told its credentials'),
}

describe('a host whose name leads to the machine’s own surroundings', () => {
  test.each([
    ...['169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '0.0.0.0', '::'],
    ...['100.100.100.200', '168.63.129.16'],
  ])('%s is asked nothing', async (address) => {
    names.set('data.example.com', [[address]])
    for (const scheme of ['http', 'https'])
      expect(await problemOf(`${scheme}://data.example.com:${port}/latest/meta-data/`)).toMatchObject(REFUSED)
    expect(shop.requests).toEqual([])
    expect(asked).toEqual(['data.example.com', 'data.example.com'])
  })

  test.each(['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '0.0.0.0', 'metadata.google.internal'])(
    '%s itself is asked nothing, nor looked up',
    async (host) => {
      names.set(host, [['127.0.0.1']])
      expect(await problemOf(`http://${host}:${port}/`)).toMatchObject(REFUSED)
      expect([shop.requests, asked]).toEqual([[], []])
    },
  )

  test('is asked at its other address where it has one, and there alone', async () => {
    names.set('data.example.com', [['fe80::1', '127.0.0.1', '169.254.169.254']])
    expect(await problemOf(`http://data.example.com:${port}/`)).toBe(204)
    const given = await new Promise((resolve) => guardedLookup('data.example.com', { all: true }, (_, found) => resolve(found)))
    expect(given).toEqual([{ address: '127.0.0.1', family: 4 }])
    const one = await new Promise((resolve) => guardedLookup('data.example.com', {}, (...told) => resolve(told)))
    expect(one).toEqual([null, '127.0.0.1', 4])
  })

  test('since a moment is asked no more: each connection looks once, and connects to what it saw', async () => {
    names.set('data.example.com', [['127.0.0.1'], ['169.254.169.254']])
    expect(await problemOf(`http://data.example.com:${port}/`)).toBe(204)
    expect(asked, 'not looked up again for its connection').toEqual(['data.example.com'])
    expect(await problemOf(`http://data.example.com:${port}/`)).toMatchObject(REFUSED)
    expect(shop.requests).toHaveLength(1)
  })

  test('is not followed to by a redirect either', async () => {
    names.set('data.example.com', [['127.0.0.1'], ['169.254.169.254']])
    shop.behave(answerWith(302, { location: '/latest/meta-data/', connection: 'close' }))
    expect(await problemOf(`http://data.example.com:${port}/contract`)).toMatchObject(REFUSED)
    expect(shop.requests.map(({ path }) => path)).toEqual(['/contract'])
  })

  test('is asked by the machine for itself', async () => {
    await expect(get(`http://0.0.0.0:${port}/`, true)).resolves.toMatchObject({ status: 204 })
  })
})

test('a host of this machine or of its network is asked, and one that nobody knows is told as such', async () => {
  names.set('lake.example.com', [['127.0.0.1']])
  expect(await problemOf(`http://lake.example.com:${port}/`)).toBe(204)
  expect(await problemOf(`http://127.0.0.1:${port}/`)).toBe(204)
  expect(await problemOf(`http://nowhere.example.com:${port}/`)).toMatchObject({
    retryable: true,
    publicMessage: expect.stringContaining('cannot be found'),
  })
})
