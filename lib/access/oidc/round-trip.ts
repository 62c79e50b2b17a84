import { z } from 'zod'
import { cookieIn, setCookie } from '#lib/access/cookies.ts'
import type { Context } from '#lib/db/context.ts'
import { type Site, sessionCookieName } from '#lib/domain/access/site.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { seal, unseal } from '#lib/platform/secrets/seal.ts'

/** So long somebody may take at the provider. */
const LASTS_MS = 10 * MINUTE_MS
const ABOUT = 'round trip'

const roundTripSchema = z.object({
  /** Comes back with whoever was sent to the provider, and is known to their browser only. */
  state: z.string(),
  /** Stands in what the provider signs. */
  nonce: z.string(),
  /** Proves to the provider that who brings the code is who asked for it. */
  verifier: z.string(),
  /** Where they go on. */
  to: z.string(),
  until: z.number(),
})

/** One way to the provider and back, as the browser that goes it keeps it. */
export type RoundTrip = Omit<z.infer<typeof roundTripSchema>, 'until'>

/** The header that lets a browser keep a round trip until it is back. */
export function roundTripCookie(ctx: Pick<Context, 'secret' | 'clock'>, site: Site, trip: RoundTrip): string {
  const text = JSON.stringify({ ...trip, until: ctx.clock.now() + LASTS_MS })
  return setCookie(site, cookieName(site), seal(text, ctx.secret, ABOUT), LASTS_MS / SECOND_MS)
}

/** The header that takes it away: each is gone once. */
export function noRoundTripCookie(site: Site): string {
  return setCookie(site, cookieName(site), '', 0)
}

/** The round trip that a browser is on; null when it is on none, on two, or on one that this page did not begin or that took too long. */
export function roundTripIn(ctx: Pick<Context, 'secret' | 'clock'>, site: Site, header: string | null): RoundTrip | null {
  const text = unseal(cookieIn(header, cookieName(site)) ?? '', ctx.secret, ABOUT)
  if (text === null) return null
  const { until, ...trip } = roundTripSchema.parse(JSON.parse(text))
  return until > ctx.clock.now() ? trip : null
}

function cookieName(site: Site): string {
  return `${sessionCookieName(site)}-trip`
}
