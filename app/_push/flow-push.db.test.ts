import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { takeFlowPushes } from '#lib/commands/push/take-flow-pushes.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { bridged, grid, record, s3 } from '#lib/testing/files/told-files.ts'
import { openPushDoor } from '#lib/testing/push/push-door.ts'
import { snsConfirmation, snsMessage } from '#lib/testing/push/sns.ts'

let door: Awaited<ReturnType<typeof openPushDoor>>
const query = (text: string, values: unknown[] = []) => door.world.web.context.whole.query(text, values)
beforeAll(async () => {
  door = await openPushDoor()
})
afterAll(() => door.close())
beforeEach(async () => {
  await query('truncate push_inbox, inbox_file')
  await query("update flow set settings = settings - 'on'")
  await waitFor('records-flow', [FILES])
})

const FILES = { kind: 'file', source: 'records-source', place: 'landing/in', match: '*.csv', by: 'push', everyMs: 300_000 }

const HERE = '/api/v1/flows/records-flow/push'
const HIDDEN = '/api/v1/flows/hidden-flow/push'

/** Says what asks for a flow. */
function waitFor(flow: string, on: object[]) {
  return query("update flow set settings = settings || jsonb_build_object('on', $2::jsonb) where name = $1", [flow, JSON.stringify(on)])
}

const push = (body: unknown, { path = HERE, headers = {}, by = 'pusher', method = 'POST' } = {}) =>
  door.send(path, body, headers, method, by)
const told = (key = 'in/a.csv', more: object = {}) => s3(record({ key, ...more }))
const files = async () => (await query('select flow_key, source, bucket, key, state from inbox_file order by id')).rows
const waiting = async () => (await query('select kind, tries, taken_at is not null as taken, problem from push_inbox order by id')).rows

let asked: string[]
let answer: Error | null
beforeEach(() => {
  asked = []
  answer = null
})
const notifications = {
  async verify({ MessageId }: { MessageId: string }) {
    asked.push(`verify ${MessageId}`)
    if (answer !== null) throw answer
  },
  async confirm({ SubscribeURL }: { SubscribeURL?: string | undefined }) {
    asked.push(`confirm ${SubscribeURL}`)
  },
}
const take = () => takeFlowPushes(door.world.web.context, notifications, new AbortController().signal)

describe('files that are pushed to a flow', () => {
  it.each([
    ['S3', told()],
    ['EventBridge', bridged({ key: 'in/a.csv' })],
    ['Event Grid', [grid({}, { subject: '/blobServices/default/containers/landing/blobs/in/a.csv' })]],
  ])('by %s are kept for a worker, which carries them into the inbox of the flow', async (_what, body) => {
    expect(await push(body)).toMatchObject({ status: 201, told: { stored: 1, known: 0 } })
    expect(await files()).toEqual([])
    expect(await take()).toBe(1)
    expect(await files()).toEqual([
      { flow_key: 'records-flow', source: 'records-source', bucket: 'landing', key: 'in/a.csv', state: 'arrived' },
    ])
    expect(await take()).toBe(0)
  })

  it('may come several times, by any way, and stand there once', async () => {
    const event = bridged({ key: 'in/a.csv' })
    expect((await push(event)).status).toBe(201)
    expect(await push(event)).toMatchObject({ status: 200, told: { stored: 0, known: 1 } })
    await push(told(), { headers: { 'idempotency-key': 'k' } })
    expect((await push(told(), { headers: { 'idempotency-key': 'k' } })).status).toBe(200)
    await push(told())
    expect([await take(), (await files()).length]).toEqual([3, 1])
  })

  it('that the flow does not wait for are left out', async () => {
    await push(s3(record({ key: 'in/a.txt' }), record({ key: 'elsewhere/a.csv' }), record({ key: 'in/b.csv' }), record({ key: 'in/' })))
    await take()
    expect((await files()).map(({ key }) => key)).toEqual(['in/b.csv'])
  })

  it('may be CloudEvents in the body or in headers', async () => {
    const { specversion, ...members } = { specversion: '1.0', id: '1', source: 'aws:s3', type: 'com.amazonaws.s3.ObjectCreated:Put' }
    const data = record({ key: 'in/a.csv' })
    const headers = { 'content-type': 'application/cloudevents+json' }
    expect((await push({ specversion, ...members, data }, { headers })).status).toBe(201)
    const inHeaders = Object.fromEntries(Object.entries({ specversion, ...members, id: '2' }).map(([name, value]) => [`ce-${name}`, value]))
    expect((await push(data, { headers: inHeaders })).status).toBe(201)
    expect(await take()).toBe(2)
    expect(await files()).toHaveLength(1)
  })

  it.each([
    ['nothing', '', 400, /tells of no file/],
    ['parameters', { day: '2026-11-30' }, 400, /tells of no file/],
    ['a key that is not encoded', told('100%.csv'), 400, /not URL-encoded/],
    ['no JSON', '{"Records":', 400, /not JSON/],
    ['half a message of SNS', { Type: 'Notification', TopicArn: 'x', Message: '{}' }, 400, /"Signature" is missing/],
  ])('that are %s are refused in words', async (_what, body, status, words) => {
    const refused = await push(body)
    expect([refused.status, refused.told.problem]).toEqual([status, expect.stringMatching(words)])
    expect(await waiting()).toEqual([])
  })
})

describe('a topic of SNS', () => {
  const text = { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' }

  it('is taken from once its signature is verified, each message once', async () => {
    const message = snsMessage(told())
    expect((await push(message, { headers: text })).status).toBe(201)
    expect((await push(message, { headers: text })).status).toBe(200)
    expect(await take()).toBe(1)
    expect(asked).toEqual([`verify ${message.MessageId}`])
    expect(await files()).toHaveLength(1)
  })

  it('is confirmed, and nothing else comes of that', async () => {
    const message = snsConfirmation()
    await push(message, { headers: text })
    expect([await take(), await files()]).toEqual([1, []])
    expect(asked).toEqual([`verify ${message.MessageId}`, `confirm ${message.SubscribeURL}`])
  })

  it('that did not sign is neither believed nor confirmed, and holds up nobody', async () => {
    answer = new TidemarkError('refused', { publicMessage: 'Its signature is not that of SNS.' })
    await push(snsConfirmation(), { headers: text })
    await push(snsMessage(told()), { headers: text })
    await push(told('in/b.csv'))
    expect(await take()).toBe(1)
    expect([asked.filter((words) => words.startsWith('confirm')), (await files()).map(({ key }) => key)]).toEqual([[], ['in/b.csv']])
    expect((await waiting()).map(({ taken, problem }) => [taken, problem])).toEqual([
      [false, 'Its signature is not that of SNS.'],
      [false, 'Its signature is not that of SNS.'],
      [true, null],
    ])
    answer = null
    expect(await take()).toBe(0)
  })

  it('waits while nobody can tell whether it signed', async () => {
    answer = new TidemarkError('unavailable', { publicMessage: 'SNS could not be reached.', retryable: true })
    await push(snsMessage(told()), { headers: text })
    await push(snsMessage(told()), { headers: text })
    await push(told('in/b.csv'))
    expect([await take(), await take()]).toEqual([1, 0])
    // Of a silent SNS one thing is asked at a time.
    expect(asked).toHaveLength(2)
    answer = null
    expect(await take()).toBe(2)
  })

  it('may call its JSON plain text, and nobody else', async () => {
    expect((await push(told(), { headers: { 'content-type': 'text/plain' } })).status).toBe(415)
  })
})

describe('who asks first whether it may send', () => {
  const validation = (code: string) => [
    {
      id: '1',
      topic: 't',
      subject: '',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: code },
      eventTime: '2026-01-02T03:04:05Z',
    },
  ]

  it('is told by Event Grid’s own code, where the flow takes pushes', async () => {
    expect(await push(validation('512d38b6'))).toMatchObject({ status: 200, told: { validationResponse: '512d38b6' } })
    expect((await push(validation('512d38b6'), { by: 'nobody' })).status).toBe(401)
    expect((await push(validation('512d38b6'), { path: HIDDEN })).status).toBe(404)
    expect(await waiting()).toEqual([])
  })

  it('is told as CloudEvents has it', async () => {
    const headers = { 'webhook-request-origin': 'eventgrid.azure.net', 'webhook-request-rate': '120' }
    const allowed = await push('', { headers, method: 'OPTIONS' })
    expect(allowed.status).toBe(200)
    expect([allowed.headers.get('webhook-allowed-origin'), allowed.headers.get('webhook-allowed-rate')]).toEqual([
      'eventgrid.azure.net',
      '120',
    ])
    expect((await push('', { headers, method: 'OPTIONS', by: 'nobody' })).status).toBe(401)
    expect((await push('', { headers, method: 'OPTIONS', path: HIDDEN })).status).toBe(404)
  })
})

describe('the door', () => {
  it('tells nobody which flows there are', async () => {
    const words = async (path: string, by: string) => (await push(told(), { path, by })).told.problem
    const none = await words('/api/v1/flows/nothing/push', 'pusher')
    expect(none).toMatch(/^There is no flow of this name here/)
    await waitFor('hidden-flow', [FILES])
    expect(await words(HIDDEN, 'narrow')).toBe(none)
    expect((await push(told(), { by: 'narrow' })).status).toBe(201)
    await query("update flow set settings = settings - 'on'")
    expect(await words(HERE, 'pusher')).toBe(none)
  })

  it('takes tokens for handing in, of those who may order runs', async () => {
    const by = (name: string) => push(told(), { by: name })
    expect((await Promise.all(['nobody', 'reader', 'viewer', 'pusher'].map(by))).map(({ status }) => status)).toEqual([401, 403, 403, 201])
  })

  it('finds a token in the address, where it may do nothing else', async () => {
    const send = (name: string) => push(told(), { by: 'nobody', path: `${HERE}?key=${door.tokens.get(name)}` })
    expect((await send('pusher')).status).toBe(201)
    expect((await send('reader')).status).toBe(403)
    expect((await send('both')).told.problem).toMatch(/may hand in and do nothing else may stand in an address/)
    expect((await push(told(), { by: 'nobody', path: `/api/v1/lineage?key=${door.tokens.get('pusher')}` })).status).toBe(401)
  })

  it('a flow that is pushed to no more when a worker comes to it says so', async () => {
    await push(told())
    await query("update flow set settings = settings - 'on'")
    expect(await take()).toBe(0)
    expect((await waiting())[0]).toMatchObject({ taken: false, problem: 'The flow records-flow may no longer be pushed to.' })
  })
})

describe('a push that asks for a run', () => {
  const runs = async () => (await query("select trigger, state, parameters from run where flow = 'records-flow' and trigger = 'push'")).rows
  beforeEach(async () => {
    await query("delete from run where trigger = 'push'")
    await query("update run set state = 'completed', ended_at = now()")
    await waitFor('records-flow', [{ kind: 'push' }])
  })

  it.each([
    ['nothing', ''],
    ['what it does not take, as if it were an event', { source: 'erp', topic: 'orders', id: '7' }],
    ['an event', [grid()]],
  ])('with %s is one run of the flow, however often it comes before that begins', async (_what, body) => {
    expect((await push('7')).told.problem).toBe('A run takes a JSON object with its parameters, or nothing.')
    expect([(await push(body)).status, (await push(body)).status]).toEqual([201, Array.isArray(body) ? 200 : 201])
    await take()
    expect(await runs()).toEqual([{ trigger: 'push', state: 'scheduled', parameters: {} }])
  })

  it('is asked for by a flow that waits for files, too, by what is none', async () => {
    await waitFor('records-flow', [FILES, { kind: 'push' }])
    await push(told())
    await push({ day: '2026-11-30' })
    expect([await take(), (await files()).length, (await runs()).length]).toEqual([2, 1, 1])
  })
})
