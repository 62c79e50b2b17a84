import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { cookieSecret } from './better-auth.ts'

/** The header that gives a browser a session, for so many seconds. */
export function sessionCookie(ctx: Pick<Context, 'secret'>, site: Site, token: string, seconds: number): string {
  return setCookie(site, sessionCookieName(site), encodeURIComponent(`${token}.${signatureOf(ctx, token)}`), seconds)
}

/** The header that takes it away. */
export function noSessionCookie(site: Site): string {
  return setCookie(site, sessionCookieName(site), '', 0)
}

/** The header that has a browser keep a value for so many seconds, for this page alone. */
export function setCookie({ isSecure }: Site, name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`
}

/** The token of the session in a Cookie header, if this page signed it. */
export function sessionTokenIn(ctx: Pick<Context, 'secret'>, site: Site, header: string | null): string | null {
  const value = cookieIn(header, sessionCookieName(site)) ?? ''
  const [, token, signature] = /^([\w-]{16,64})\.([A-Za-z0-9+/]{43}=)$/.exec(decoded(value)) ?? []
  if (token === undefined || signature === undefined) return null
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(ctx, token))) ? token : null
}

/** A value in a Cookie header; null without one, and where two have its name: somebody put one there, and which of them is ours cannot be told. */
export function cookieIn(header: string | null, name: string): string | null {
  const found = (header ?? '').split(/;\s*/).filter((part) => part.startsWith(`${name}=`))
  return found.length === 1 ? (found[0]?.slice(name.length + 1) ?? null) : null
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
