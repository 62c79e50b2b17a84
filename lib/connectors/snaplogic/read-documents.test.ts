import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import snaplogicConnector from '#lib/connectors/snaplogic.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { timeoutMsOf } from './settings.ts'

const snaplogic = askOnce(snaplogicConnector)

let receiver: HttpReceiver
const clock = new FakeClock('2026-11-20T07:00:00Z')
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

function connection(body: string, contentType = 'application/json') {
  receiver.behave((response) => response.setHeader('content-type', contentType).end(body))
  const settings = snaplogic.settings.parse({ url: receiver.url, key: 'k', task: 'documents' })
  return { key: 's', settings, clock, log: silentLog, signal: new AbortController().signal }
}

const read = (body: string, request: Record<string, unknown> = {}) => Array.fromAsync(snaplogic.extract(connection(body), request))

describe('the documents of any task', () => {
  it('are asked for by the pipeline’s parameters, and come as objects', async () => {
    const documents = await read('[{"a":1,"big":12345678901234567890},{},{"b":[{}]}]', {
      path: 'courses',
      parameters: { year: '2026', 'a b': 'c&d' },
    })
    expect(JSON.stringify(documents)).toBe('[{"a":1,"big":12345678901234567890},{"b":[{}]}]')
    expect(receiver.requests.at(-1)).toMatchObject({ method: 'GET', path: '/hook?year=2026&a+b=c%26d' })
    expect(await read('[]')).toEqual([])
  })

  it.each([
    ['[{"a":1},{"error":"Failed","status":503}]', 'unavailable', true],
    ['{"response_map":{},"http_status_code":401}', 'unavailable', false],
    ['{"a":1}', 'refused', false],
    ['{}', 'refused', false],
    ['[{"status":201,"http_status_code":503}]', 'unavailable', true],
    ['<fault/>', 'refused', false],
    ['[1]', 'refused', false],
    ['[[]]', 'refused', false],
    ['"x"', 'refused', false],
    ['[{"a":1}', 'unavailable', true],
  ])('are refused when it answers %s', async (body, code, retryable) => {
    await expect(read(body)).rejects.toMatchObject({ code, retryable })
  })

  it('are one of three things that can be asked for', async () => {
    await expect(read('[]', { term: '2267', parameters: {} })).rejects.toThrow('one of the three')
    await expect(read('[]', { term: 'Fall' })).rejects.toThrow('not a term')
    expect(snaplogic.extractRequest?.safeParse({ path: 'x', term: '2267' }).success).toBe(true)
  })

  it('can be watched: that the task answers, or that what it sends has changed', async () => {
    const probe = async (body: string, more: object = {}) => {
      const asset = { key: 's/x', path: 'x', settings: {}, previous: null, ...more }
      return Object((await Array.fromAsync(snaplogic.observe(connection(body), [asset])))[0])
    }
    expect(await probe('[{"a":1}]')).toMatchObject({ ok: true, readings: [], evidence: { method: 'answer' } })
    const first = await probe('[{"a":1},{"b":2}]', { settings: { parameters: {} } })
    const before = clock.now()
    expect(first).toMatchObject({ rows: 2, readings: [{ clock: 'writtenAt', at: before }] })
    await clock.advance(1000)
    expect(await probe('[{"b":2},{"a":1}]', { settings: { parameters: {} }, previous: first.state })).toMatchObject({
      readings: [{ at: before }],
    })
    expect(await probe('[{"b":2}]', { settings: { parameters: {} }, previous: first.state })).toMatchObject({
      readings: [{ at: clock.now() }],
    })
    expect(await probe('{"a":1}')).toMatchObject({ ok: false })
  })
})

describe('the patience with a task', () => {
  it('is ten hours for courses, eleven minutes for others, or what the catalogue says', () => {
    const of = (more: object) => timeoutMsOf(snaplogic.settings.parse({ url: 'https://a.example', key: 'k', ...more }))
    expect([of({}), of({ task: 'people' }), of({ task: 'documents' }), of({ task: 'people', timeout: '5m' })]).toEqual([
      36_000_000, 660_000, 660_000, 300_000,
    ])
  })
})
