import type { IncomingMessage } from 'node:http'
import { sha256, signatureOf } from '#lib/connectors/kit/aws/signature.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Who signed a request and for where, or the code of what is wrong with it. */
export type Signed = { ok: true; region: string; service: string } | { ok: false; code: string }

const PATTERN =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** Works the signature of a request out anew, by the keys that are known, and compares. */
export function verify(request: IncomingMessage, body: Buffer, clock: Clock, known: readonly AwsCredentials[]): Signed {
  const found = PATTERN.exec(request.headers.authorization ?? '')
  if (found === null) return { ok: false, code: 'AccessDenied' }
  const [, accessKeyId = '', , region = '', service = '', names = '', signature = ''] = found
  const credentials = known.find((one) => one.accessKeyId === accessKeyId)
  if (credentials === undefined) return { ok: false, code: 'InvalidAccessKeyId' }
  const header = (name: string) => [request.headers[name] ?? ''].flat().join(',')
  if ((credentials.sessionToken ?? '') !== header('x-amz-security-token')) return { ok: false, code: 'ExpiredToken' }
  const at = header('x-amz-date')
  const signedAt = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(signedAt - clock.now()) <= 15 * MINUTE_MS)) return { ok: false, code: 'RequestTimeTooSkewed' }
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const told = header('x-amz-content-sha256')
  if (/^[0-9a-f]{64}$/.test(told) && told !== sha256(body)) return { ok: false, code: 'XAmzContentSHA256Mismatch' }
  const headers = Object.fromEntries(names.split(';').map((name) => [name, header(name)]))
  const parts = { method: request.method ?? '', path, query, headers, payload: told || sha256(body), at, region, service }
  if (signatureOf(credentials.secretAccessKey, parts) !== signature) return { ok: false, code: 'SignatureDoesNotMatch' }
  return { ok: true, region, service }
}
