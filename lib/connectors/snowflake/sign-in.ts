import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { ENDS_SOON_MS, type Ticket } from '#lib/connectors/kit/http-session.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { SnowflakeSettings } from './settings.ts'

/** The longest that Snowflake accepts, from when the token says it was made. */
const LIFETIME_MS = HOUR_MS
/** A token of a clock that is ahead of theirs is not taken for one of the future. */
const BACKDATED_MS = MINUTE_MS

/** The account as tokens and namespaces name it: in capitals, without region, `ORG-ACCOUNT` or its locator. */
export function accountOf({ url, account }: Pick<SnowflakeSettings, 'url' | 'account'>): string {
  const written = account ?? new URL(url).hostname
  return (written.split('.')[0] ?? written).toUpperCase()
}

/** `SHA256:…`, as `DESC USER` shows it as RSA_PUBLIC_KEY_FP. */
export function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`
}

function readKey(pem: string, passphrase: string | undefined, setting: string): KeyObject {
  try {
    // Environment variables often hold line breaks as two characters.
    const key = createPrivateKey({ key: pem.replaceAll('\\n', '\n'), ...(passphrase !== undefined && { passphrase }) })
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The library's words may quote the key.
  }
  const publicMessage = `The connection’s ${setting} is not an RSA key in PEM, or its passphrase does not fit.`
  throw new TidemarkError('invalid', { publicMessage, systemWide: true })
}

async function keyTicket(settings: SnowflakeSettings, key: KeyObject, now: Instant): Promise<Ticket> {
  const { SignJWT } = await import('jose')
  const subject = `${accountOf(settings)}.${(settings.user ?? '').toUpperCase()}`
  const madeAt = Math.floor((now - BACKDATED_MS) / SECOND_MS)
  const endsAt = madeAt + LIFETIME_MS / SECOND_MS
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(`${subject}.${fingerprintOf(key)}`)
    .setSubject(subject)
    .setIssuedAt(madeAt)
    .setExpirationTime(endsAt)
    .sign(key)
  return { headers: headersOf(token, 'KEYPAIR_JWT'), endsAt: endsAt * SECOND_MS }
}

function headersOf(token: string, type: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'x-snowflake-authorization-token-type': type }
}

/** How a session signs in: by its token, or by tokens it signs with one of two keys, the other whenever one is refused. */
export function signInWith(settings: SnowflakeSettings, clock: Clock): () => Promise<Ticket> {
  let last: Ticket | null = null
  let turn = 0
  return async () => {
    const { token, privateKey, nextPrivateKey, passphrase } = settings
    if (token !== undefined) return { headers: headersOf(token, 'PROGRAMMATIC_ACCESS_TOKEN'), endsAt: null }
    // The session replaces one that ends soon; it asks earlier only for one that was refused.
    const isRefused = last?.endsAt != null && last.endsAt > clock.now() + ENDS_SOON_MS
    if (isRefused && nextPrivateKey !== undefined) turn = 1 - turn
    const isNext = turn === 1 && nextPrivateKey !== undefined
    const pem = (isNext ? nextPrivateKey : privateKey) ?? ''
    last = await keyTicket(settings, readKey(pem, passphrase, isNext ? 'nextPrivateKey' : 'privateKey'), clock.now())
    return last
  }
}
