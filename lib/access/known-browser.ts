import { randomUUID } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { seal, unseal } from '#lib/platform/secrets/seal.ts'
import { cookieIn, setCookie } from './cookies.ts'

const LASTS_MS = 180 * DAY_MS
const ABOUT = 'known browser'

type Ctx = Pick<Context, 'secret' | 'clock'>

/** The header that makes a browser known as one in which the owner of an account has signed in. It lets nobody in, and only this page can read whose it is. */
export function knownBrowserCookie(ctx: Ctx, site: Site, email: string): string {
  const mark = `${randomUUID()} ${ctx.clock.now() + LASTS_MS} ${ownerBy(email)}`
  return setCookie(site, cookieName(site), seal(mark, ctx.secret, ABOUT), LASTS_MS / SECOND_MS)
}

/** Whether somebody has signed in before in a browser that sends this Cookie header. */
export function isKnownBrowser(ctx: Ctx, site: Site, header: string | null): boolean {
  return markIn(ctx, site, header) !== null
}

/** What tells a browser in which the owner of this account has signed in from all others; null for those. */
export function knownBrowserIn(ctx: Ctx, site: Site, header: string | null, email: string): string | null {
  const mark = markIn(ctx, site, header)
  return mark !== null && mark.owner === ownerBy(email) ? mark.id : null
}

function markIn(ctx: Ctx, site: Site, header: string | null): { id: string; owner: string } | null {
  const [id, until, owner] = unseal(cookieIn(header, cookieName(site)) ?? '', ctx.secret, ABOUT)?.split(' ') ?? []
  return id !== undefined && owner !== undefined && Number(until) > ctx.clock.now() ? { id, owner } : null
}

function cookieName(site: Site): string {
  return `${sessionCookieName(site)}-known`
}

function ownerBy(email: string): string {
  return email.trim().toLowerCase()
}
