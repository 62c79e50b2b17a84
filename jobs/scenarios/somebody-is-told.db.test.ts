import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { claimMessages } from '#lib/db/messages/messages.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const TELL = `tell:
  email: { to: data-team@campus.example, from: tidemark@campus.example, smtp: "\${SMTP_URL}" }
  webhook: { url: "\${WEBHOOK_URL}", secret: "\${WEBHOOK_SECRET}" }`

let harness: ScenarioHarness
let mail: MailServer
let hook: HttpReceiver
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  mail = await startMailServer()
  hook = await startHttpReceiver()
  harness.variables.set('SMTP_URL', mail.url).set('WEBHOOK_URL', hook.url).set('WEBHOOK_SECRET', `whsec_${SECRET}`)
  await harness.declare(termsCatalogue({ more: TELL }))
  await harness.until('2026-11-20T05:00:00Z')
  harness.campus.control.faults.set('peoplesoft', 'empty-answer')
})
afterEach(async () => {
  await harness.close()
  await mail.close()
  await hook.close()
})

async function lateEntries(): Promise<number> {
  const xml = (await atomFeed(harness.ctx, { feedKey: 'terms' }))?.xml ?? ''
  return xml.match(/<title>Terms is late<\/title>/g)?.length ?? 0
}

const mailIds = () => mail.mails.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1])
const hookIds = () => hook.requests.map((request) => request.headers['webhook-id'])
const outbox = () => harness.rows('select channel, attempts, delivered_at is not null as delivered from outbox order by channel')

function isSigned({ headers, body }: HttpReceiver['requests'][number]): boolean {
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signature = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(text).digest('base64')
  return headers['webhook-signature'] === `v1,${signature}`
}

describe('a status change of a feed', () => {
  it('goes to the Atom feed, to one e-mail address and one signed webhook, each once', async () => {
    harness.addWorker()
    await harness.until('2026-11-20T06:44:59.999Z')
    expect([await lateEntries(), mail.mails.length, hook.requests.length]).toEqual([0, 0, 0])
    await harness.until('2026-11-20T06:45:00Z')
    expect([await lateEntries(), mail.mails.length, hook.requests.length]).toEqual([1, 1, 1])
    const text = mail.mails[0] ?? ''
    expect(text).toMatch(/^To: data-team@campus\.example$/im)
    expect(text).toMatch(/^Subject: .*Terms.*late/im)
    const [request] = hook.requests
    expect(request && isSigned(request)).toBe(true)
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      type: 'feed.late',
      timestamp: '2026-11-20T06:45:00.000Z',
      data: { feedKey: 'terms', from: 'fresh', to: 'late', reason: 'run-failed', link: 'https://status.campus.example/feeds/terms' },
    })
    await harness.until('2026-11-20T12:00:00Z')
    expect([await lateEntries(), mail.mails.length, hook.requests.length]).toEqual([1, 1, 1])
  })

  it('arrives once although both receivers refuse it at first', async () => {
    mail.behave({ receiver: 451 })
    hook.behave(answerWith(503))
    await harness.until('2026-11-20T06:45:01Z')
    expect([mail.mails.length, hook.requests.length]).toEqual([0, 1])
    mail.behave({})
    hook.behave(answerWith(204))
    await harness.until('2026-11-20T12:00:00Z')
    expect([await lateEntries(), mail.mails.length]).toEqual([1, 1])
    expect(hookIds()).toEqual([hookIds()[0], hookIds()[0]])
    expect(await outbox()).toEqual([
      { channel: 'email', attempts: 2, delivered: true },
      { channel: 'webhook', attempts: 2, delivered: true },
    ])
  })

  it('carries the same id when it comes again, because the line broke before the answer', async () => {
    hook.behave((response) => response.destroy())
    await harness.until('2026-11-20T06:45:01Z')
    hook.behave(answerWith(204))
    await harness.until('2026-11-20T12:00:00Z')
    expect(hookIds()).toEqual([hookIds()[0], hookIds()[0]])
    expect(hook.requests.every(isSigned)).toBe(true)
    expect(mail.mails).toHaveLength(1)
  })

  it('is not lost with a worker that dies while it sends', async () => {
    await harness.until('2026-11-20T06:44:59.999Z')
    harness.clock.set('2026-11-20T06:45:00Z')
    await sweepDue(harness.ctx)
    expect(await claimMessages(harness.ctx.pool, harness.clock.now(), 3 * MINUTE_MS, 10)).toHaveLength(2)
    await harness.until('2026-11-20T06:47:59.999Z')
    expect([mail.mails.length, hook.requests.length]).toEqual([0, 0])
    await harness.until('2026-11-20T12:00:00Z')
    expect([mail.mails.length, hook.requests.length]).toEqual([1, 1])
  })

  it('and the way back is told as well, in order', async () => {
    await harness.until('2026-11-20T08:00:00Z')
    harness.campus.control.faults.clear()
    await harness.until('2026-11-21T06:00:00Z')
    expect(hook.requests.map((request) => JSON.parse(request.body).type)).toEqual(['feed.late', 'feed.fresh'])
    expect(mail.mails).toHaveLength(2)
    expect(new Set(mailIds()).size).toBe(2)
  })
})

describe('an incident', () => {
  it('is told in place of the turns of its feeds: what, since when, why, until when, whom to ask; and that it is over', async () => {
    const routes = `channels: { team: { kind: webhook, url: "\${WEBHOOK_URL}", secret: "\${WEBHOOK_SECRET}" } }
routes: [{ to: team }]`
    await harness.declare(termsCatalogue({ more: routes }))
    harness.addWorker()
    const told = () => hook.requests.map((request) => JSON.parse(request.body))
    const follow = async (at: string) => {
      await harness.until(at)
      await followIncidents(harness.ctx)
      await harness.step()
    }
    for (const at of ['2026-11-20T06:44:59Z', '2026-11-20T06:45:01Z', '2026-11-20T08:00:00Z']) await follow(at)
    expect(told()).toMatchObject([
      {
        type: 'incident.opened',
        data: {
          title: 'BU_TERM_QRY is stale since Fri 20 Nov, 00:50 (America/New_York)',
          explanation: expect.stringMatching(
            /^Expected of Terms: every day at 01:00.*\nAffected: Terms .*fresh so far\.\nStale: it holds no data.*\nNo date: ask registrar/,
          ),
          feeds: [{ feedKey: 'terms', place: 'root' }],
        },
      },
    ])
    harness.campus.control.faults.clear()
    for (const at of ['2026-11-21T06:10:00Z', '2026-11-21T06:15:01Z', '2026-11-21T08:00:00Z']) await follow(at)
    expect(told().slice(1)).toMatchObject([
      {
        type: 'incident.resolved',
        data: {
          title: 'Over: BU_TERM_QRY was not fresh since Fri 20 Nov, 00:50 (America/New_York), and 1 more cause',
          explanation: 'All is well since Sat 21 Nov, 01:00 (America/New_York).\nAffected: Terms (Student records).',
        },
      },
    ])
    expect(hook.requests.every(isSigned)).toBe(true)
  })
})

describe('that the data have come', () => {
  it('is told on each day once to who asked for it, when everything promised of the feed is there', async () => {
    const routes = `channels: { team: { kind: webhook, url: "\${WEBHOOK_URL}", secret: "\${WEBHOOK_SECRET}" } }
routes: [{ to: team, events: [feeds, ready] }]`
    await harness.declare(termsCatalogue({ more: routes }))
    harness.campus.control.faults.clear()
    harness.addWorker()
    const ready = () => hook.requests.map((request) => JSON.parse(request.body)).filter(({ type }) => type === 'data.ready')
    await harness.until('2026-11-20T05:59:00Z')
    expect(ready()).toEqual([])
    await harness.until('2026-11-20T20:00:00Z')
    expect(ready()).toMatchObject([
      {
        data: {
          feedKey: 'terms',
          day: '2026-11-20',
          title: 'The data of Terms have come',
          link: 'https://status.campus.example/feeds/terms',
        },
      },
    ])
    expect(hook.requests.every(isSigned)).toBe(true)
    await harness.until('2026-11-21T20:00:00Z')
    expect(ready().map(({ data }) => data.day)).toEqual(['2026-11-20', '2026-11-21'])
    expect(mail.mails).toEqual([])
  })
})
