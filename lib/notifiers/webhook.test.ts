import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { aStatusMessage } from '#lib/testing/history/status-message.ts'
import { answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import webhook, { isWebhookSecret, signWebhook } from './webhook.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const clock = new FakeClock('2026-11-20T12:00:00Z')
let http: HttpReceiver
beforeAll(async () => {
  http = await startHttpReceiver()
})
beforeEach(() => {
  http.requests.length = 0
  http.behave(answerWith(204))
})
afterAll(() => http.close())

const send = (signal = new AbortController().signal, secret = SECRET) =>
  webhook.send({ url: http.url, secret }, aStatusMessage(), { clock, signal })

describe('the signature', () => {
  test('is that of the published example of Standard Webhooks', () => {
    const signature = signWebhook([SECRET], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('covers the very bytes that are sent', async () => {
    await send()
    const [request] = http.requests
    const headers = request?.headers ?? {}
    expect(headers['webhook-id']).toBe('msg_0123456789abcdef')
    expect(headers['webhook-timestamp']).toBe(String(clock.now() / 1000))
    expect(headers['webhook-signature']).toBe(signWebhook([SECRET], 'msg_0123456789abcdef', clock.now() / 1000, request?.body ?? ''))
  })

  test('is made once per secret while the receiver changes over', async () => {
    const next = Buffer.alloc(32, 7).toString('base64')
    await send(undefined, `${SECRET} ${next}`)
    expect(http.requests[0]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
  })

  test.each(['', 'short', 'whsec_AAAA', 'not base64 at all, but long enough to be one'])('does not accept %j as a secret', (secret) => {
    expect(isWebhookSecret(secret)).toBe(false)
  })
})

test('the body says what changed, since when, why and where to look', async () => {
  await send()
  expect(http.requests[0]?.headers['content-type']).toBe('application/json')
  expect(JSON.parse(http.requests[0]?.body ?? '')).toEqual({
    type: 'feed.late',
    timestamp: '2026-11-20T06:45:00.000Z',
    data: expect.objectContaining({
      feedKey: 'terms',
      from: 'fresh',
      to: 'late',
      reason: 'run-failed',
      link: expect.stringContaining('/feeds/terms'),
    }),
  })
})

test('the body tells what the run says beside all that, and only where a run is the reason', async () => {
  const bodyOf = async (failure?: string) => {
    await webhook.send({ url: http.url, secret: SECRET }, aStatusMessage(failure === undefined ? {} : { failure }), {
      clock,
      signal: new AbortController().signal,
    })
    return JSON.parse(http.requests.at(-1)?.body ?? '').data
  }
  const before = await bodyOf()
  expect(before).not.toHaveProperty('failure')
  expect(await bodyOf('SAP could not be read.')).toEqual({ ...before, failure: 'SAP could not be read.' })
})

describe('a receiver that misbehaves', () => {
  test.each([
    [429, { 'retry-after': '120' }, { kind: 'retry', retryAfterMs: 120_000 }],
    [503, { 'retry-after': 'Fri, 20 Nov 2026 12:10:00 GMT' }, { kind: 'retry', retryAfterMs: 600_000 }],
    [500, {}, { kind: 'retry' }],
    [401, {}, { kind: 'retry' }],
    [404, {}, { kind: 'retry' }],
    [422, {}, { kind: 'rejected' }],
    [410, {}, { kind: 'gone' }],
  ])('that answers %i is understood', async (status, headers, expected) => {
    http.behave(answerWith(status, headers))
    expect(await send()).toMatchObject({ ok: false, ...expected })
  })

  test('that redirects is not followed', async () => {
    http.behave(answerWith(302, { location: `${http.url}/elsewhere` }))
    expect(await send()).toMatchObject({ ok: false, kind: 'rejected', problem: expect.stringContaining('redirect') })
    expect(http.requests).toHaveLength(1)
  })

  test('that never answers is given up in time', async () => {
    const stop = new AbortController()
    http.behave(() => stop.abort())
    expect(await send(stop.signal)).toEqual({ ok: false, kind: 'retry', problem: 'The receiver did not answer in time.' })
  })

  test('that cuts the line is tried again', async () => {
    http.behave((response) => response.destroy())
    expect(await send()).toMatchObject({ ok: false, kind: 'retry', problem: expect.stringContaining('broke the connection') })
  })

  test('that cuts its answer after 200 has taken the message', async () => {
    http.behave((response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('part', () => response.destroy())
    })
    expect(await send()).toEqual({ ok: true })
  })

  test('that is not there is tried again, and its address is not told', async () => {
    const outcome = await webhook.send({ url: 'http://127.0.0.1:1/hook?key=hidden', secret: SECRET }, aStatusMessage(), {
      clock,
      signal: new AbortController().signal,
    })
    expect(outcome).toMatchObject({ ok: false, kind: 'retry', problem: expect.not.stringContaining('hidden') })
  })
})
