import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { parseRetryAfter, toNetworkError } from '#lib/platform/http/errors.ts'
import { guardedConnect } from '#lib/platform/http/guarded-connect.ts'
import { defineNotifier, type Message, type SendOutcome } from './notifier.ts'

const PREFIX = 'whsec_'
const BYTES_MIN = 24
const BYTES_MAX = 64

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
}

/** One secret, or several separated by spaces while the receiver changes over. */
function splitSecrets(text: string): string[] {
  return text.split(/\s+/).filter((secret) => secret !== '')
}

/** Standard Webhooks: base64 of 24 to 64 bytes, with or without `whsec_`. */
export function isWebhookSecret(secret: string): boolean {
  const key = keyOf(secret)
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  return key.length >= BYTES_MIN && key.length <= BYTES_MAX && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}

/** `webhook-signature`: over id, time and the body's bytes; one signature per secret. */
export function signWebhook(secrets: readonly string[], id: string, timestampSeconds: number, body: string): string {
  const content = `${id}.${timestampSeconds}.${body}`
  return secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`).join(' ')
}

/** The message itself, or the address, is wrong: another try gets the same answer. */
const LASTING: readonly number[] = [400, 405, 413, 415, 422]

/** Only 2xx is delivered; 410 ends everything; a redirect is never followed. */
function toWebhookOutcome(status: number, retryAfterMs: number | undefined): SendOutcome {
  if (status >= 200 && status < 300) return { ok: true }
  if (status === 410) return { ok: false, kind: 'gone', problem: 'The receiver answered 410: it wants no messages any more.' }
  if (status >= 300 && status < 400) {
    return {
      ok: false,
      kind: 'rejected',
      problem: `The receiver answered ${status}, a redirect, which is never followed. Name the final address.`,
    }
  }
  const problem = `The receiver answered ${status}.`
  if (LASTING.includes(status)) return { ok: false, kind: 'rejected', problem }
  return { ok: false, kind: 'retry', problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

const settings = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must begin with https:// or http://' }),
  secret: z
    .string()
    .refine(
      (text) => splitSecrets(text).length > 0 && splitSecrets(text).every(isWebhookSecret),
      'must be base64 of 24 to 64 random bytes, whsec_ may stand in front; openssl rand -base64 32 makes one',
    ),
})
type WebhookSettings = z.infer<typeof settings>

const CONNECT_MS = 10 * SECOND_MS
const TOTAL_MS = 20 * SECOND_MS
const ANSWER_BYTES = 64 * 1024

/** Made once: the signature covers these very bytes. */
function toBody(message: Message): string {
  if ('type' in message) {
    const { type, at, title, lines, link, pageName, zone, data } = message
    const told = { ...data, title, explanation: lines.join('\n'), link, pageName, zone }
    return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: told })
  }
  const { id: _, since, ...data } = message
  return JSON.stringify({
    type: `feed.${message.to ?? 'unjudged'}`,
    timestamp: new Date(since).toISOString(),
    data: { ...data, since: new Date(since).toISOString() },
  })
}

async function post(to: WebhookSettings, message: Message, now: number, signal: AbortSignal): Promise<SendOutcome> {
  const body = toBody(message)
  const timestamp = Math.floor(now / 1000)
  const agent = new Agent({ connect: guardedConnect(CONNECT_MS), pipelining: 0 })
  try {
    const answer = await request(to.url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Tidemark',
        'webhook-id': message.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(splitSecrets(to.secret), message.id, timestamp, body),
      },
      body,
      signal,
    })
    const retryAfter = answer.headers['retry-after']
    await answer.body.dump({ limit: ANSWER_BYTES }).catch(() => {})
    return toWebhookOutcome(answer.statusCode, parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now))
  } finally {
    await agent.destroy()
  }
}

export default defineNotifier<WebhookSettings>({
  kind: 'webhook',
  settings,
  wants: ({ from, to }) => from !== to,
  async send(to, message, { clock, signal }) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
    try {
      return await post(to, message, clock.now(), limit)
    } catch (error) {
      if (limit.aborted) return { ok: false, kind: 'retry', problem: 'The receiver did not answer in time.' }
      return { ok: false, kind: 'retry', problem: toNetworkError('The receiver', error, false).publicMessage }
    }
  },
})
