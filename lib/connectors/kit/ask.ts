import { type HttpAnswer, type HttpRequest, httpRequest } from '#lib/platform/http/client.ts'
import type { Connection } from './connector.ts'

export function basicAuth(user = '', password = ''): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** The header of a bearer token, or `x-api-key`: the two ways a gateway takes its key. */
export function keyAuth(key: string, auth: 'bearer' | 'x-api-key'): Record<string, string> {
  return auth === 'bearer' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }
}

export interface JsonQuestion extends Pick<HttpRequest, 'system' | 'url' | 'headers' | 'explain'> {
  json?: object
  /** Instead of `json`: as a form of a web page sends it. */
  form?: Record<string, string>
  timeoutMs: number
  /** The whole answer may take so many times as long. */
  timeouts: number
  bytesMax?: number
}

/** Sends a request when its turn has come; the turn lasts until the answer has been read or put down. Throws like `httpRequest`. */
export async function askInTurn(
  { signal, clock, turns }: Connection<unknown>,
  request: Omit<HttpRequest, 'signal' | 'clock'>,
): Promise<HttpAnswer> {
  if (turns === undefined) return httpRequest({ ...request, signal, clock })
  const end = await turns.take(signal)
  try {
    return untilRead(await httpRequest({ ...request, signal, clock }), end)
  } catch (error) {
    end()
    throw error
  }
}

function untilRead(answer: HttpAnswer, end: () => void): HttpAnswer {
  async function* body() {
    try {
      yield* answer.body
    } finally {
      end()
    }
  }
  return { ...answer, body: body(), text: () => answer.text().finally(end) }
}

/** Asks a system that knows people for JSON; of its error answers no text is kept. Throws like `httpRequest`. */
export function askForJson(connection: Connection<unknown>, question: JsonQuestion): Promise<HttpAnswer> {
  return askInTurn(connection, { ...jsonRequest(question), isAboutPeople: true })
}

/** The request that a question for JSON is. */
export function jsonRequest(question: JsonQuestion): Omit<HttpRequest, 'signal' | 'clock'> {
  const { headers, json, form, timeoutMs, timeouts, bytesMax, ...request } = question
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json)
  const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    ...request,
    ...(body !== undefined && { method: 'POST', body }),
    headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': type }), ...headers },
    limits: {
      headersMs: timeoutMs,
      idleMs: timeoutMs,
      totalMs: timeoutMs * timeouts,
      ...(bytesMax !== undefined && { bodyBytes: bytesMax }),
    },
  }
}

type NextAddress = { ok: true; url: URL } | { ok: false; because: string }

/** The next page's address, on the origin that was asked: credentials stay there. Behind a proxy a server often does not know its own
 * scheme, so the same host with the other one is the same place. */
export function nextAddress(asked: URL, target: URL): NextAddress {
  if (!/^https?:$/.test(target.protocol))
    return { ok: false, because: 'what stands in place of its next page is not an address of the web' }
  if (target.hostname !== asked.hostname)
    return { ok: false, because: 'its next page is on another host, and credentials stay with their host' }
  const isOtherScheme = target.protocol !== asked.protocol && (target.port === asked.port || target.port === '')
  if (target.port !== asked.port && !isOtherScheme)
    return { ok: false, because: 'its next page is on another port of its host, and credentials stay with their port' }
  return { ok: true, url: new URL(`${target.pathname}${target.search}`, asked.origin) }
}
