import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { aNotice, aStatusMessage } from '#lib/testing/history/status-message.ts'
import { type Answer, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import type { Message, Notifier, SendOutcome } from './notifier.ts'
import pagerduty from './pagerduty.ts'
import slack from './slack.ts'
import teams from './teams.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
let http: HttpReceiver
beforeAll(async () => {
  http = await startHttpReceiver()
})
beforeEach(() => {
  http.requests.length = 0
})
afterAll(() => http.close())

const answer =
  (status: number, text = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text)
const TAKEN = { slack: answer(200, 'ok'), teams: answer(202), pagerduty: answer(202, '{"status":"success","dedup_key":"x"}') }
const HIDDEN = '?sig=hidden'

function send(name: keyof typeof TAKEN, message: Message = aNotice(), signal = new AbortController().signal): Promise<SendOutcome> {
  const context = { clock, signal }
  const url = `${http.url}${HIDDEN}`
  if (name === 'slack') return slack.send({ url }, message, context)
  if (name === 'teams') return teams.send({ url }, message, context)
  return pagerduty.send({ routingKey: 'R'.repeat(32), url: http.url }, message, context)
}

async function bodyOf(name: keyof typeof TAKEN, message?: Message) {
  http.behave(TAKEN[name])
  expect(await send(name, message)).toEqual({ ok: true })
  return JSON.parse(http.requests.at(-1)?.body ?? '')
}

describe('a receiver that misbehaves', () => {
  const retry = { ok: false, kind: 'retry' }
  const date = { 'retry-after': 'Fri, 20 Nov 2026 12:10:00 GMT' }
  test.each<[string, keyof typeof TAKEN, Answer, object]>([
    ['takes it', 'slack', answer(200, 'ok\n'), { ok: true }],
    ['answers 200 with a page', 'slack', answer(200, '<html>Sign in</html>'), retry],
    ['answers 200 with the error that its channel is gone', 'slack', answer(200, 'channel_is_archived'), { kind: 'gone' }],
    ['answers 200 with the error that the message is wrong', 'slack', answer(200, 'invalid_blocks'), { kind: 'rejected' }],
    ['has no such webhook any more', 'slack', answer(404, 'no_service'), { kind: 'gone' }],
    ['archived its channel', 'slack', answer(410, 'channel_is_archived'), { kind: 'gone' }],
    ['is gone without a word', 'slack', answer(410), { kind: 'gone' }],
    ['refuses the message', 'slack', answer(400, 'invalid_payload'), { kind: 'rejected' }],
    ['refuses for now', 'slack', answer(403, 'action_prohibited'), retry],
    ['is in trouble', 'slack', answer(500, 'rollup_error'), retry],
    ['names the date from which it takes more', 'slack', answer(429, 'rate_limited', date), { ...retry, retryAfterMs: 600_000 }],
    ['sends it elsewhere', 'slack', answer(302, '', { location: '/elsewhere' }), { kind: 'rejected' }],
    ['took it for a workflow', 'teams', answer(202), { ok: true }],
    ['took it as older addresses do', 'teams', answer(200, '1'), { ok: true }],
    [
      'answers 200 with an error for now',
      'teams',
      answer(200, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x'),
      retry,
    ],
    ['answers 200 with an error for good', 'teams', answer(200, 'Teams endpoint returned HTTP error 413'), { kind: 'rejected' }],
    ['answers 200 with the end', 'teams', answer(200, 'Teams endpoint returned HTTP error 410'), { kind: 'gone' }],
    ['refuses the card', 'teams', answer(400, '{"error":{"code":"TriggerInputSchemaMismatch"}}'), { kind: 'rejected' }],
    ['has its workflow switched off', 'teams', answer(404, '{"error":{"code":"WorkflowNotFound"}}'), retry],
    ['wants a wait in seconds', 'teams', answer(429, '', { 'retry-after': '120' }), { ...retry, retryAfterMs: 120_000 }],
    ['is gone', 'teams', answer(410), { kind: 'gone' }],
    ['took the event', 'pagerduty', answer(202, '{"status":"success"}'), { ok: true }],
    ['answers 202 with something in between', 'pagerduty', answer(202, 'accepted'), retry],
    ['answers 200 with an error text', 'pagerduty', answer(200, '{"status":"invalid event","errors":["x"]}'), { kind: 'rejected' }],
    ['refuses the event', 'pagerduty', answer(400, '{"status":"invalid event"}'), { kind: 'rejected' }],
    ['takes no more for now', 'pagerduty', answer(429, '', date), { ...retry, retryAfterMs: 600_000 }],
    ['is gone', 'pagerduty', answer(410), { kind: 'gone' }],
    ['dies before it answers', 'slack', (response) => response.destroy(), retry],
    ['dies before it answers', 'teams', (response) => response.destroy(), retry],
    [
      'dies in its answer',
      'pagerduty',
      (response) => response.writeHead(202, { 'content-length': '99' }).write('{', () => response.destroy()),
      retry,
    ],
  ])('that %s is understood: %s', async (_, name, behaviour, expected) => {
    http.behave(behaviour)
    const outcome = await send(name)
    expect(outcome).toMatchObject(expected)
    expect(JSON.stringify(outcome)).not.toContain('hidden')
    expect(http.requests).toHaveLength(1)
  })

  test.each(['slack', 'teams', 'pagerduty'] as const)('that hangs is tried again: %s', async (name) => {
    const stop = new AbortController()
    http.behave(() => stop.abort())
    expect(await send(name, aNotice(), stop.signal)).toMatchObject({ ok: false, kind: 'retry' })
  })
})

describe('what is told', () => {
  const HOSTILE = aNotice({
    title: '<!channel> R&D [here](https://evil.example)',
    lines: ['<https://evil.example|Sign in> & more', 'x'.repeat(9000)],
  })

  test('to Slack mentions nobody, makes no links of names, and fits', async () => {
    const body = await bodyOf('slack', HOSTILE)
    expect(body.text).toBe('&lt;!channel&gt; R&amp;D [here](https://evil.example)')
    const [section, actions] = body.blocks
    expect(section.text.text).toContain('&lt;https://evil.example|Sign in&gt; &amp; more')
    expect(section.text).toMatchObject({ type: 'mrkdwn', verbatim: true })
    expect(section.text.text.length).toBeLessThanOrEqual(3000)
    expect(actions.elements[0].url).toBe('https://status.campus.example/incidents/12')
  })

  test('to Teams is shown as it is, each sentence by itself, and fits', async () => {
    const body = await bodyOf('teams', HOSTILE)
    const { content } = body.attachments[0]
    expect(content.body.every((block: { type: string }) => block.type === 'RichTextBlock')).toBe(true)
    expect(content.body[0].inlines[0].text).toContain('[here](https://evil.example)')
    expect(content.actions[0]).toMatchObject({ type: 'Action.OpenUrl', url: 'https://status.campus.example/incidents/12' })
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000)
  })

  test('to PagerDuty is one alert, from its beginning to its end', async () => {
    const opened = await bodyOf('pagerduty')
    const over = await bodyOf('pagerduty', aNotice({ type: 'incident.resolved', isOver: true, status: 'fresh' }))
    const other = await bodyOf('pagerduty', aNotice({ about: 'incident:13' }))
    expect([opened.event_action, over.event_action]).toEqual(['trigger', 'resolve'])
    expect(over.dedup_key).toBe(opened.dedup_key)
    expect(other.dedup_key).not.toBe(opened.dedup_key)
    expect(opened).toMatchObject({
      routing_key: 'R'.repeat(32),
      payload: { severity: 'error', summary: 'SAP has not answered since 21:55' },
    })
    expect(opened.payload.custom_details.details).toContain('Good by about 03:03')
  })

  test.each(['slack', 'teams', 'pagerduty'] as const)('of a feed says how it is, since when, why and whose it is: %s', async (name) => {
    const body = JSON.stringify(await bodyOf(name, aStatusMessage({ failure: 'SAP could not be read.' })))
    const words = ['Terms is late', 'Terms (Student records) is late since Fri 20 Nov 2026, 01:45', 'Expected: every day at 01:00.']
    for (const word of [...words, 'The run says: SAP could not be read.', 'Owner: registrar-data@campus.example', '/feeds/terms'])
      expect(body).toContain(word)
  })

  test('to PagerDuty is nothing where data have come: nobody is to be woken', () => {
    const asked = (notifier: Pick<Notifier, 'takes'>, type: 'data.ready' | 'incident.opened') => notifier.takes?.({ type }) ?? true
    expect([asked(pagerduty, 'data.ready'), asked(pagerduty, 'incident.opened')]).toEqual([false, true])
    expect([asked(slack, 'data.ready'), asked(teams, 'data.ready')]).toEqual([true, true])
  })
})
