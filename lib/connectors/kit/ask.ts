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
  timeoutMs: number
  /** The whole answer may take so many times as long. */
  timeouts: number
  bytesMax?: number
}

/** Asks a system that knows people for JSON; of its error answers no text is kept. Throws like `httpRequest`. */
export function askForJson({ signal, clock }: Connection<unknown>, question: JsonQuestion): Promise<HttpAnswer> {
  const { headers, json, timeoutMs, timeouts, bytesMax, ...request } = question
  return httpRequest({
    ...request,
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    headers: { accept: 'application/json', ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    limits: {
      headersMs: timeoutMs,
      idleMs: timeoutMs,
      totalMs: timeoutMs * timeouts,
      ...(bytesMax !== undefined && { bodyBytes: bytesMax }),
    },
    signal,
    clock,
    isAboutPeople: true,
  })
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
