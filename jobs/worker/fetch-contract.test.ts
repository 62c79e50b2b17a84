import dns from 'node:dns'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { type Answer, answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { fetchContract } from './fetch-contract.ts'

let producer: HttpReceiver
beforeAll(async () => {
  producer = await startHttpReceiver()
})
afterAll(() => producer.close())

const asking = { signal: new AbortController().signal, clock: systemClock }
const send =
  (body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, headers).end(body)

test('the text at an address is read with what tells whether it is the same later', async () => {
  producer.behave(
    send(gzipSync('\uFEFFid: x\n'), { 'content-encoding': 'gzip', etag: 'W/"1"', 'last-modified': 'Tue, 10 Nov 2026 12:00:00 GMT' }),
  )
  const said = { kind: 'text', text: 'id: x\n', etag: 'W/"1"', lastModified: 'Tue, 10 Nov 2026 12:00:00 GMT' }
  expect(await fetchContract(producer.url, asking)).toEqual(said)
  producer.behave(answerWith(304))
  const known = { etag: 'W/"1"', lastModified: 'Tue, 10 Nov 2026 12:00:00 GMT' }
  expect(await fetchContract(producer.url, { ...asking, known })).toEqual({ kind: 'unchanged' })
  expect(producer.requests.at(-1)?.headers).toMatchObject({ 'if-none-match': 'W/"1"', 'if-modified-since': known.lastModified })
  expect(JSON.stringify(producer.requests.map(({ headers }) => headers))).not.toMatch(/authorization|cookie/i)
})

test.each<[string, Answer, string, RegExp]>([
  ['more than it may be', send('x'.repeat(500_001)), 'bad', /sent more than the 500 kB/],
  [
    'more than it may be, compressed',
    send(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }),
    'bad',
    /more than the 500 kB/,
  ],
  ['a page', send('<html>', { 'content-type': 'text/html; charset=utf-8' }), 'bad', /sent a web page and no contract/],
  ['other signs', send(Buffer.from([0x61, 0xff])), 'bad', /is not UTF-8 text/],
  ['a sign-in', answerWith(401), 'silent', /refuses to show it \(HTTP 401\): a contract is read without signing in/],
  ['nothing', answerWith(404), 'silent', /has nothing at that address \(HTTP 404\)/],
  ['another host', answerWith(302, { location: 'http://169.254.169.254/x' }), 'silent', /redirects to another host are never followed/],
  ['round in a circle', answerWith(302, { location: '/hook' }), 'silent', /circle/],
  ['an error', answerWith(500), 'silent', /had an error of its own/],
  [
    'a cut',
    (response) => response.writeHead(200, { 'content-length': '10' }).write('a', () => response.destroy()),
    'silent',
    /broke the connection/,
  ],
])('%s is no contract: %s', async (_, answer, kind, words) => {
  producer.behave(answer)
  const said = await fetchContract(producer.url, asking)
  expect(said).toEqual({ kind, words: expect.stringMatching(words) })
  expect(JSON.stringify(said)).not.toContain('of the connection')
})

test('an address that may not be asked is not', async () => {
  expect(await fetchContract('http://169.254.169.254/x', asking)).toEqual({
    kind: 'silent',
    words: expect.stringContaining('the machine itself'),
  })
})

test('a name that leads to where the machine itself is told its credentials is not asked, and it says so', async () => {
  const found = [{ address: '169.254.169.254', family: 4 }]
  const lookup = vi
    .spyOn(dns, 'lookup')
    .mockImplementation(((_host: string, _options: unknown, done: (error: null, all: unknown) => void) =>
      done(null, found)) as typeof dns.lookup)
  expect(await fetchContract('http://data.example.com/customer.yaml', asking)).toEqual({
    kind: 'silent',
    words:
      'The host of data.example.com leads to where the machine itself is told its credentials, and nothing is asked there. Check the address.',
  })
  lookup.mockRestore()
})

test('a 304 that nobody asked for says nothing', async () => {
  producer.behave(answerWith(304))
  const said = { kind: 'silent', words: expect.stringMatching(/says that nothing has changed \(HTTP 304\), and was not asked whether/) }
  expect(await fetchContract(producer.url, asking)).toEqual(said)
  expect(await fetchContract(producer.url, { ...asking, known: { etag: null, lastModified: null } })).toEqual(said)
})
