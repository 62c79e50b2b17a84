import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { cookieIn, setCookie } from './cookies.ts'

const LASTS_MS = 180 * DAY_MS

/** The header that makes a browser known as one in which the owner of an account has signed in. It lets nobody in and names nobody. */
export function knownBrowserCookie(ctx: Pick<Context, 'secret' | 'clock'>, site: Site, email: string): string {
  const text = `${randomBytes(16).toString('base64url')}.${ctx.clock.now() + LASTS_MS}`
  return setCookie(site, cookieName(site), `${text}.${sealOf(ctx, email, text)}`, LASTS_MS / SECOND_MS)
}

/** What tells a browser in which the owner of this account has signed in from all others; null for those. */
export function knownBrowserIn(ctx: Pick<Context, 'secret' | 'clock'>, site: Site, header: string | null, email: string): string | null {
  const [id, until, seal] = cookieIn(header, cookieName(site))?.split('.') ?? []
  if (id === undefined || until === undefined || seal === undefined) return null
  const [given, own] = [Buffer.from(seal), Buffer.from(sealOf(ctx, email, `${id}.${until}`))]
  return given.length === own.length && timingSafeEqual(given, own) && Number(until) > ctx.clock.now() ? id : null
}

function cookieName(site: Site): string {
  return `${sessionCookieName(site)}-known`
}

function sealOf({ secret }: Pick<Context, 'secret'>, email: string, text: string): string {
  return createHmac('sha256', secret).update(`tidemark known browser ${text} ${email.trim().toLowerCase()}`).digest('base64url')
}
