import { type Redact, redactorFor, secretsInAddress } from '#lib/platform/secrets/redaction.ts'

/** Headers that let nobody in; every other one may. */
const PLAIN_HEADER =
  /^(accept|accept-.*|content-.*|digest|user-agent|idempotency-key|if-.*|range|date|host|connection|cache-control|x-request-id)$/i

/** Takes out of a text what a request lets us in with: servers repeat it in their errors. */
export function requestRedactor({ url, headers = {} }: { url: string; headers?: Record<string, string> }): Redact {
  const values = Object.entries(headers).flatMap(([name, value]) => (PLAIN_HEADER.test(name) ? [] : valuesOf(value)))
  return redactorFor({ secrets: [...values, ...secretsInAddress(url)], users: [] })
}

/** The value, what follows its scheme, and of `Basic` the password. */
function valuesOf(value: string): string[] {
  const [, scheme = '', credentials = ''] = /^([A-Za-z]+) (\S+)$/.exec(value.trim()) ?? []
  if (credentials === '') return [value]
  const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('utf8') : ''
  return [value, credentials, ...(pair.includes(':') ? [pair, pair.slice(pair.indexOf(':') + 1)] : [])]
}
