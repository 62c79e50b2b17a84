import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import csTools from './cs-tools.ts'
import http from './http.ts'
import type { Connector } from './kit/connector.ts'
import peoplesoft from './peoplesoft.ts'
import personApi from './person-api.ts'
import sap from './sap.ts'
import snaplogic from './snaplogic.ts'
import vds from './vds.ts'

const BUID = 'U90000001'
const query = { query: 'Q', prompts: { BUID } }

/** The settings beside the address, and a question that an answer about somebody belongs to. */
const ASKED: [string, Connector, Record<string, unknown>, Record<string, unknown>][] = [
  ['PeopleSoft', peoplesoft, { user: 'u', password: 'p' }, query],
  ['the query endpoint', csTools, { key: 'k' }, query],
  ['the person API', personApi, { key: 'k' }, { people: [{ buid: BUID }] }],
  ['the person task', snaplogic, { key: 'k', task: 'people' }, { persons: [{ BUID }] }],
  ['a function module of SAP', sap, { key: 'k' }, { bapi: 'Z_HR_EMPLOYEE_OBJ_LIST', table: 'ET_EMP_LIST' }],
  ['the directory', vds, { user: 'u', password: 'p', base: 'o=x' }, { filter: `(buid=${BUID})` }],
]

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

describe.each(ASKED)('an error answer of %s', (_name, connector, more, request) => {
  it('is in no error with its own words, which may name people', async () => {
    receiver.behave((response) => response.writeHead(500).end(`{"error":"${BUID} cannot be read"}`))
    const address = connector === peoplesoft ? { baseUrl: new URL(receiver.url).origin } : { url: receiver.url }
    const settings = connector.settings.parse({ ...address, ...more })
    const connection = { key: 'p', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
    const error: unknown = await Array.fromAsync(askOnce(connector).extract(connection, request)).catch((thrown: unknown) => thrown)
    expect(isTidemarkError(error) && error.publicMessage).toContain('HTTP 500')
    expect(toInternalMessage(error)).not.toContain(BUID)
  })
})

describe.each([
  ['bearer', { auth: 'bearer', token: 'tok/en+1 x' }, 'tok/en+1 x'],
  ['basic', { auth: 'basic', user: 'loader', password: 'hush p@ss' }, 'hush p@ss'],
  ['a header', { auth: 'header', header: 'X-Secret-Thing', token: 'hush p@ss' }, 'hush p@ss'],
])('an answer that repeats our request with %s', (_how, more, secret) => {
  const spelt = [secret, encodeURIComponent(secret), Buffer.from(`loader:${secret}`).toString('base64').slice(0, -2)]
  it.each([401, 500, 200])('leaves nothing of it and of anybody in our words, sent as HTTP %i', async (status) => {
    receiver.behave((response, { headers }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          error: { message: `denied to ${JSON.stringify(headers)} of Ann Lee, ${BUID}`, code: 7 },
          items: [{ ann: 'Ann' }],
        }),
      ),
    )
    const settings = http.settings.parse({ baseUrl: receiver.url, ...more })
    const connection = { key: 'p', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
    const asked = { format: 'json', records: 'items' }
    const error: unknown = await Array.fromAsync(askOnce(http).extract(connection, asked)).catch((thrown: unknown) => thrown)
    const words = toInternalMessage(error)
    expect(words).toMatch(status === 200 ? /error in the answer: denied to/ : new RegExp(`HTTP ${status}. denied to`))
    for (const text of [...spelt, 'Ann', 'Lee', BUID]) expect(words).not.toContain(text)
    expect(words.length).toBeLessThan(500)
  })
})

/** Five million bytes for whoever reads an error: markup, what a terminal obeys, another line of the log, and whatever the request brought along. */
const hostileWords = (sent: object) =>
  `<title><script>alert(1)</script> \u001b]0;taken\u0007\u001b[2J\u009b31m\u202egnp\r\n12:00:00.000 error all is lost <img src=x onerror=alert(1)> ${JSON.stringify(sent)} password=hush-p@ss ${'x'.repeat(5_000_000)}`
const EVERY: typeof ASKED = [
  ...ASKED,
  ['an HTTP source', http, { auth: 'bearer', token: 'hush-p@ss' }, { format: 'json', records: 'items' }],
]

describe.each(EVERY)('an error answer of %s that attacks whoever reads it', (_name, connector, more, request) => {
  it.each(['text/html', 'application/json', 'text/plain'])('comes to a few harmless words, sent as %s', async (type) => {
    receiver.behave((response, { headers }) => {
      const words = hostileWords(headers)
      const body =
        type === 'application/json' ? JSON.stringify({ error: { message: words } }) : type === 'text/html' ? words : `failed: ${words}`
      response.writeHead(500, { 'content-type': type }).end(body)
    })
    const address =
      connector === peoplesoft
        ? { baseUrl: new URL(receiver.url).origin }
        : connector === http
          ? { baseUrl: receiver.url }
          : { url: receiver.url }
    const settings = connector.settings.parse({ ...address, ...more, ...(connector === peoplesoft && { password: 'hush-p@ss' }) })
    const connection = { key: 'p', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
    const error: unknown = await Array.fromAsync(askOnce(connector).extract(connection, request)).catch((thrown: unknown) => thrown)
    const words = toInternalMessage(error)
    expect(words).toContain('HTTP 500')
    expect(words.length).toBeLessThan(500)
    expect(words).not.toMatch(/[<>\p{Cc}\u202a-\u202e]|hush|alert|taken/u)
  })
})
