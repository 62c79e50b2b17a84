import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { cookieIn, setCookie } from './cookies.ts'

const LASTS_MS = 180 * DAY_MS

type Ctx = Pick<Context, 'secret' | 'clock'>

/** The header that makes a browser known as one in which the owner of an account has signed in. It lets nobody in and names nobody. */
export function knownBrowserCookie(ctx: Ctx, site: Site, email: string): string {
  const text = `${randomBytes(16).toString('base64url')}.${ctx.clock.now() + LASTS_MS}.${ownerOf(ctx, email)}`
  return setCookie(site, cookieName(site), `${text}.${sealOf(ctx, text)}`, LASTS_MS / SECOND_MS)
}

/** Whether somebody has signed in before in a browser that sends this Cookie header. */
export function isKnownBrowser(ctx: Ctx, site: Site, header: string | null): boolean {
  return markIn(ctx, site, header) !== null
}

/** What tells a browser in which the owner of this account has signed in from all others; null for those. */
export function knownBrowserIn(ctx: Ctx, site: Site, header: string | null, email: string): string | null {
  const mark = markIn(ctx, site, header)
  return mark !== null && mark.owner === ownerOf(ctx, email) ? mark.id : null
}

function markIn(ctx: Ctx, site: Site, header: string | null): { id: string; owner: string } | null {
  const [id, until, owner, seal] = cookieIn(header, cookieName(site))?.split('.') ?? []
  if (id === undefined || until === undefined || owner === undefined || seal === undefined) return null
  const [given, own] = [Buffer.from(seal), Buffer.from(sealOf(ctx, `${id}.${until}.${owner}`))]
  return given.length === own.length && timingSafeEqual(given, own) && Number(until) > ctx.clock.now() ? { id, owner } : null
}

function cookieName(site: Site): string {
  return `${sessionCookieName(site)}-known`
}

function ownerOf(ctx: Ctx, email: string): string {
  return sealOf(ctx, email.trim().toLowerCase()).slice(0, 22)
}

function sealOf({ secret }: Ctx, text: string): string {
  return createHmac('sha256', secret).update(`tidemark known browser ${text}`).digest('base64url')
}
