import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { cookieSecret } from './better-auth.ts'

/** The header that gives a browser a session, for so many seconds. */
export function sessionCookie(ctx: Pick<Context, 'secret'>, site: Site, token: string, seconds: number): string {
  return cookie(site, encodeURIComponent(`${token}.${signatureOf(ctx, token)}`), seconds)
}

/** The header that takes it away. */
export function noSessionCookie(site: Site): string {
  return cookie(site, '', 0)
}

function cookie(site: Site, value: string, seconds: number): string {
  return `${sessionCookieName(site)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${site.isSecure ? '; Secure' : ''}`
}

/** The token of the session in a Cookie header, if this page signed it. */
export function sessionTokenIn(ctx: Pick<Context, 'secret'>, site: Site, header: string | null): string | null {
  const name = sessionCookieName(site)
  const found = (header ?? '').split(/;\s*/).filter((part) => part.startsWith(`${name}=`))
  const [value] = found
  // Two of one name: somebody put one there, and which of them is ours cannot be told.
  if (value === undefined || found.length > 1) return null
  const [, token, signature] = /^([\w-]{16,64})\.([A-Za-z0-9+/]{43}=)$/.exec(decoded(value.slice(name.length + 1))) ?? []
  if (token === undefined || signature === undefined) return null
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(ctx, token))) ? token : null
}

function signatureOf(ctx: Pick<Context, 'secret'>, token: string): string {
  return createHmac('sha256', cookieSecret(ctx)).update(token).digest('base64')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
