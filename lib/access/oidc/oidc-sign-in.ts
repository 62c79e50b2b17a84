import { randomBytes } from 'node:crypto'
import { act, auditRefusal, type Order } from '#lib/access/act.ts'
import { sessionCookie } from '#lib/access/cookies.ts'
import { actorFor } from '#lib/access/sessions.ts'
import { type Browser, endBrought, requireKeeping } from '#lib/access/sign-in.ts'
import { forgiveTries, refuseKnown, requireTry, triesOf } from '#lib/access/tries.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { insertOidcAccount, insertOidcSession, lockPersonOf, updateIdentity } from '#lib/db/people/oidc-accounts.ts'
import { getPasswordHash, insertPerson, lockPerson, type Person } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import type { SaidOfPerson } from '#lib/domain/access/oidc-claims.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { resolveSecret } from '#lib/platform/secrets/secrets.ts'
import { type Discovery, discover, type Provider, whoCameBack } from './provider.ts'
import { noRoundTripCookie, type RoundTrip, roundTripCookie, roundTripIn } from './round-trip.ts'

/** What a provider said holds so long; then it is asked again. */
export const OIDC_SESSION_MS = 8 * HOUR_MS

const ALWAYS_ASKED_FOR = ['openid', 'email', 'profile']

/** Where the provider sends people back to. */
export function callbackPath(): string {
  return '/api/sign-in/oidc/callback'
}

/** Sends somebody to the provider: where to, and what their browser keeps until they are back. */
export async function beginOidc(
  ctx: Context,
  { site }: Pick<Browser, 'site'>,
  given: { to: string; clientSecret: string | undefined },
): Promise<{ location: string; setCookie: string }> {
  requireKeeping(site)
  const provider = await providerOf(ctx, given.clientSecret)
  const discovery = await discover(ctx, provider)
  const [state, nonce, verifier] = [random(), random(), random()]
  const { createAuthorizationURL } = await import('better-auth/oauth2')
  const location = await createAuthorizationURL({
    ...{ id: 'oidc', options: { clientId: provider.clientId }, authorizationEndpoint: discovery.authorization_endpoint },
    ...{ state, nonce, codeVerifier: verifier, scopes: scopesOf(provider, discovery), redirectURI: `${site.origin}${callbackPath()}` },
  })
  return { location: location.href, setCookie: roundTripCookie(ctx, site, { state, nonce, verifier, to: given.to }) }
}

/** Groups have a scope of their own at some providers, and at others none. */
function scopesOf({ groupsClaim }: Provider, { scopes_supported: known = [] }: Discovery): string[] {
  return [...ALWAYS_ASKED_FOR, ...new Set(['groups', groupsClaim])].filter(
    (scope) => ALWAYS_ASKED_FOR.includes(scope) || known.includes(scope),
  )
}

/** What somebody brought back from the provider. */
export interface CameBack {
  /** The question of the address they were sent to. */
  answer: URLSearchParams
  cookieHeader: string | null
  clientSecret: string | undefined
}

/**
 * Signs in who comes back from the provider: their session, with the groups it named, and where they go on. Whatever is wrong leaves one entry in the audit, and
 * each way there and back is gone once.
 */
export async function finishOidc(ctx: Context, browser: Browser, came: CameBack): Promise<{ to: string; setCookies: string[] }> {
  const { site } = browser
  const keys = triesOf(null, ctx.from)
  refuseKnown(ctx, keys)
  const order: Order = { action: 'sign-in', target: { kind: 'person', key: '?' } }
  const { provider, trip, said } = await audited(ctx, order, async () => {
    await requireTry(ctx, keys)
    const provider = await providerOf(ctx, came.clientSecret)
    const trip = roundTripIn(ctx, site, came.cookieHeader)
    const code = await codeIn(ctx, provider, trip, came.answer)
    const redirectUri = `${site.origin}${callbackPath()}`
    return { provider, trip: code.trip, said: await whoCameBack(ctx, provider, { ...code.trip, code: code.code, redirectUri }) }
  })
  if (said.groups === null) ctx.log.warn('the sign-in names no groups', { claim: provider.groupsClaim })
  const token = await act(ctx, order, async (sql) => {
    const { person, isNew } = await personOf(ctx, sql, provider, said)
    await endBrought(sql, browser)
    await forgiveTries(ctx, keys)
    const { groups, at } = { groups: said.groups ?? [], at: ctx.clock.now() }
    const session = { personId: person.id, groups, from: ctx.from, browser: browser.name, at, expiresAt: at + OIDC_SESSION_MS }
    const result = await insertOidcSession(sql, session)
    const about = { kind: 'person', key: person.id } as const
    return { result, after: { method: 'oidc', isNew }, by: await actorFor(sql, person, { groups }), about }
  })
  return { to: trip.to, setCookies: [noRoundTripCookie(site), sessionCookie(ctx, site, token, OIDC_SESSION_MS / SECOND_MS)] }
}

/** The code of a sign-in that this browser began, or why there is none. */
async function codeIn(
  ctx: Context,
  provider: Provider,
  trip: RoundTrip | null,
  answer: URLSearchParams,
): Promise<{ code: string; trip: RoundTrip }> {
  if (trip === null || answer.get('state') !== trip.state)
    throw refused('This sign-in was not begun in this browser, or took too long. Begin it again.')
  const { authorization_response_iss_parameter_supported: namesItself } = await discover(ctx, provider)
  const issuer = answer.get('iss')
  if ((issuer !== null || namesItself === true) && issuer !== provider.issuer)
    throw refused(`This answer does not come from ${provider.name}.`)
  const code = answer.get('code')
  if (code !== null && answer.get('error') === null) return { code, trip }
  const error = answer.get('error') ?? ''
  throw refused(error === 'access_denied' ? `${provider.name} did not let you in.` : `${provider.name} did not finish the sign-in.`)
}

/** Whoever has this account at the provider; somebody new becomes somebody here, and may read what everybody may until a rule says more. */
async function personOf(
  ctx: Context,
  sql: Sql,
  { issuer, name: provider }: Provider,
  said: SaidOfPerson & { subject: string },
): Promise<{ person: Person; isNew: boolean }> {
  const { subject, email, isEmailVerified } = said
  const at = ctx.clock.now()
  const known = await lockPersonOf(sql, { issuer, subject })
  if (known !== null) return { person: await asNowSaid(sql, requireIn(known), said, at), isNew: false }
  if (email === null) throw refused(`${provider} does not tell your e-mail address. Whoever runs it has to let this page know it.`)
  const other = await lockPerson(sql, { email })
  if (other !== null) {
    // Only an address that both sides know to be theirs makes two accounts one.
    if (!isEmailVerified || !other.isEmailVerified) throw taken()
    await insertOidcAccount(sql, requireIn(other).id, { issuer, subject }, at)
    return { person: other, isNew: false }
  }
  const made = await insertPerson(sql, { email, isEmailVerified, name: said.name ?? email, role: 'viewer', audience: null, at })
  if (made === null) throw taken()
  await insertOidcAccount(sql, made.id, { issuer, subject }, at)
  return { person: made, isNew: true }
}

/** Who has no password here is who the provider says they are now. */
async function asNowSaid(sql: Sql, person: Person, said: SaidOfPerson, at: number): Promise<Person> {
  if ((await getPasswordHash(sql, person.id)) !== null) return person
  const email = said.email ?? person.email
  const isEmailVerified = said.email === null ? false : said.isEmailVerified
  return updateIdentity(sql, person, { email, isEmailVerified, name: said.name ?? person.name, at })
}

function requireIn(person: Person): Person {
  if (person.endedAt === null) return person
  throw refused('You are not let in any more. Ask an admin of this page.')
}

function taken(): TidemarkError {
  const publicMessage =
    'There is an account with your e-mail address that signs in by password. Sign in with it, or ask an admin of this page.'
  return new TidemarkError('conflict', { publicMessage })
}

async function providerOf(ctx: Context, clientSecret: string | undefined): Promise<Provider> {
  const { oidc } = await getPeopleSettings(ctx.whole)
  if (oidc !== null) return { ...oidc, clientSecret: secretIn(ctx, oidc, clientSecret) }
  throw new TidemarkError('not-found', { publicMessage: 'Nobody signs in that way here.' })
}

/** The secret itself: as written, or what stands in the file that is written, read anew at each sign-in. */
function secretIn({ log }: Context, { name }: Pick<Provider, 'name'>, written: string | undefined): string | undefined {
  if (written?.startsWith('file:') !== true) return written
  try {
    return resolveSecret(written, () => undefined)
  } catch (cause) {
    log.error('OIDC_CLIENT_SECRET cannot be read', { error: toInternalMessage(cause) })
    throw refused(`What proves this page to ${name} cannot be read. Whoever runs it finds why in its log.`)
  }
}

async function audited<T>(ctx: Context, order: Order, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await auditRefusal(ctx, order, error)
    throw error
  }
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

function refused(publicMessage: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage })
}
