import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATUSES } from '#lib/domain/freshness/status.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { loadFolder } from '#lib/platform/load-folder.ts'
import { aNotice, aStatusMessage } from '#lib/testing/history/status-message.ts'
import { type Answer, answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import type { Message, Notifier } from './notifier.ts'

interface Receiver {
  settings(): Record<string, unknown>
  /** Settings that have a default. */
  optional?: readonly string[]
  refuseForNow(): void
  refuseForGood(): void
  takeAll(): void
  received(): number
}

let http: HttpReceiver
let mail: MailServer
beforeAll(async () => {
  http = await startHttpReceiver()
  mail = await startMailServer()
})
afterAll(() => Promise.all([http.close(), mail.close()]))

function overHttp(settings: Record<string, () => string>, take: Answer): Receiver {
  return {
    settings: () => Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value()])),
    refuseForNow: () => http.behave(answerWith(503)),
    refuseForGood: () => http.behave(answerWith(422)),
    takeAll: () => http.behave(take),
    received: () => http.requests.length,
  }
}

/** A new channel needs a receiver here to hold its promises against. */
const RECEIVERS: Record<string, Receiver> = {
  slack: overHttp({ url: () => http.url }, (response) => response.writeHead(200).end('ok')),
  teams: overHttp({ url: () => http.url }, (response) => response.writeHead(202).end()),
  pagerduty: {
    ...overHttp({ routingKey: () => 'R'.repeat(32), url: () => http.url }, (response) => {
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"success"}')
    }),
    optional: ['url'],
  },
  webhook: {
    settings: () => ({ url: http.url, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
    refuseForNow: () => http.behave(answerWith(503)),
    refuseForGood: () => http.behave(answerWith(422)),
    takeAll: () => http.behave(answerWith(204)),
    received: () => http.requests.length,
  },
  email: {
    settings: () => ({ to: 'team@campus.example', from: 'tidemark@campus.example', smtp: mail.url }),
    refuseForNow: () => mail.behave({ receiver: 450 }),
    refuseForGood: () => mail.behave({ receiver: 550 }),
    takeAll: () => mail.behave({}),
    received: () => mail.mails.length,
  },
}

const channels = await loadFolder<Notifier>(
  import.meta.dirname,
  { except: ['notifier.ts'] },
  (value): value is Notifier => typeof value === 'object' && value !== null && 'send' in value,
)

test('there are channels', () => {
  expect(channels.size).toBeGreaterThanOrEqual(5)
})

describe.each([...channels])('channel %s', (name, channel) => {
  const receiver = () => {
    const found = RECEIVERS[name]
    if (found === undefined) throw new Error(`RECEIVERS needs an entry for ${name}`)
    return found
  }
  const send = (signal = new AbortController().signal, message: Message = aStatusMessage()) =>
    channel.send(channel.settings.parse(receiver().settings()), message, { clock: systemClock, signal })

  test('is named like its file', () => {
    expect(channel.kind).toBe(name)
  })

  test('refuses settings without a field, naming the field', () => {
    const whole = receiver().settings()
    expect(channel.settings.safeParse(whole).success).toBe(true)
    for (const field of Object.keys(whole).filter((key) => !receiver().optional?.includes(key))) {
      const parsed = channel.settings.safeParse({ ...whole, [field]: undefined })
      expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([field])
    }
  })

  test('knows for every change whether it wants it, and never wants one that is none', () => {
    const all = [...STATUSES, null]
    for (const from of all) for (const to of all) expect(typeof channel.wants({ from, to })).toBe('boolean')
    for (const same of all) expect(channel.wants({ from: same, to: same })).toBe(false)
    expect(channel.wants({ from: 'fresh', to: 'late' })).toBe(true)
    expect(channel.wants({ from: 'late', to: 'fresh' })).toBe(true)
  })

  test('tells delivered, refused for now and refused for good apart', async () => {
    receiver().takeAll()
    const before = receiver().received()
    expect(await send()).toEqual({ ok: true })
    expect(receiver().received()).toBe(before + 1)
    receiver().refuseForNow()
    expect(await send()).toMatchObject({ ok: false, kind: 'retry', problem: expect.stringMatching(/\.$/) })
    receiver().refuseForGood()
    expect(await send()).toMatchObject({ ok: false, kind: 'rejected', problem: expect.stringMatching(/\.$/) })
    receiver().takeAll()
  })

  test('tells of anything else, too, and names it', async () => {
    receiver().takeAll()
    const before = receiver().received()
    expect(await send(undefined, aNotice())).toEqual({ ok: true })
    expect(receiver().received()).toBe(before + 1)
  })

  test('takes being broken off for a reason to try again', async () => {
    expect(await send(AbortSignal.abort())).toMatchObject({ ok: false, kind: 'retry' })
  })
})
