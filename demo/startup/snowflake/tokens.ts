import { createHash, type KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

export interface Account {
  name: string
  user: string
  /** RSA_PUBLIC_KEY and RSA_PUBLIC_KEY_2 of the user. */
  publicKeys: readonly KeyObject[]
  accessToken: string
}

export interface Refusal {
  status: number
  code: string
  message: string
}

/** Their clock and ours may differ by so much. */
const LEEWAY_MS = 5 * SECOND_MS

const invalid = (why: string): Refusal => ({ status: 401, code: '390144', message: `JWT token is invalid. [${why}]` })

function fingerprint(key: KeyObject): string {
  return `SHA256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`
}

/** Why a request is not let in; null: it is. */
export async function refusalOf(
  account: Account,
  headers: Record<string, string | string[] | undefined>,
  now: Instant,
): Promise<Refusal | null> {
  const token = /^Bearer (\S+)$/.exec(String(headers['authorization'] ?? ''))?.[1]
  const type = headers['x-snowflake-authorization-token-type']
  if (token === undefined) return { status: 401, code: '390101', message: 'Authorization header not found in the request data.' }
  if (type === 'PROGRAMMATIC_ACCESS_TOKEN' || !token.includes('.')) {
    return token === account.accessToken ? null : { status: 401, code: '394400', message: 'Programmatic access token is invalid.' }
  }
  return jwtRefusal(account, token, now)
}

async function jwtRefusal(account: Account, token: string, now: Instant): Promise<Refusal | null> {
  try {
    const { alg } = decodeProtectedHeader(token)
    const { iss, sub, iat = 0, exp = 0 } = decodeJwt(token)
    const subject = `${account.name}.${account.user}`
    const key = account.publicKeys.find((known) => iss === `${subject}.${fingerprint(known)}`)
    if (alg !== 'RS256' || sub !== subject || key === undefined) return invalid('d3f4a1c0-0001')
    await jwtVerify(token, key, { algorithms: ['RS256'], currentDate: new Date(now), clockTolerance: 2 * 24 * 3600 })
    if (iat * SECOND_MS > now + LEEWAY_MS) return invalid('d3f4a1c0-0002')
    if (exp * SECOND_MS < now - LEEWAY_MS) return invalid('d3f4a1c0-0003')
    return (exp - iat) * SECOND_MS > HOUR_MS ? invalid('d3f4a1c0-0004') : null
  } catch {
    return invalid('d3f4a1c0-0005')
  }
}
