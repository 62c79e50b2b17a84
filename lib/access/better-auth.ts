import { createHmac } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { signInClient } from '#lib/db/people/people.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'

/** A sign-in by password lasts so long, however much or little it is used. */
export const SESSION_MS = 7 * 24 * HOUR_MS

/** Tells the library where somebody signs in from; nobody else can set it, since it never comes from outside. */
export const FROM_HEADER = 'x-tidemark-from'

/** What signs cookies: nothing else is made from it. */
export function cookieSecret({ secret }: Pick<Context, 'secret'>): string {
  return createHmac('sha256', secret).update('tidemark sign-in').digest('base64url')
}

/** The library for one site of the page; loaded with its database client when somebody first signs in, since nothing else needs them. */
async function makeAuth(ctx: Context, site: Site) {
  const [{ betterAuth }, { prismaAdapter }, client] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/adapters/prisma'),
    signInClient(ctx),
  ])
  return betterAuth({
    baseURL: site.origin,
    basePath: '/api/sign-in',
    secret: cookieSecret(ctx),
    database: prismaAdapter(client, { provider: 'postgresql' }),
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => ctx.log[level](`sign-in: ${message}`) },
    // Counted by ourselves, for all web processes together.
    rateLimit: { enabled: false },
    user: {
      modelName: 'person',
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'viewer' },
        audience: { type: 'string', input: false, required: false },
        endedAt: { type: 'date', input: false, required: false },
      },
    },
    session: {
      modelName: 'personSession',
      fields: { userId: 'personId' },
      expiresIn: SESSION_MS / 1000,
      disableSessionRefresh: true,
      additionalFields: { method: { type: 'string', input: false, defaultValue: 'password' } },
    },
    account: { modelName: 'personAccount', fields: { userId: 'personId' } },
    verification: { modelName: 'personVerification' },
    emailAndPassword: { enabled: true, disableSignUp: true },
    advanced: {
      ipAddress: { ipAddressHeaders: [FROM_HEADER] },
      useSecureCookies: false,
      cookies: { session_token: { name: sessionCookieName(site) } },
      cookiePrefix: site.isSecure ? '__Host-tidemark' : sessionCookieName(site),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: site.isSecure },
    },
  })
}

type Auth = Awaited<ReturnType<typeof makeAuth>>

const made = new WeakMap<Context['whole'], Map<string, Promise<Auth>>>()

/** The library that signs people in, the same for everybody who meets the page at one site. */
export function authOf(ctx: Context, site: Site): Promise<Auth> {
  const sites = made.get(ctx.whole) ?? new Map<string, Promise<Auth>>()
  made.set(ctx.whole, sites)
  const known = sites.get(site.origin)
  if (known !== undefined) return known
  const auth = makeAuth(ctx, site)
  sites.set(site.origin, auth)
  auth.catch(() => sites.delete(site.origin))
  return auth
}
