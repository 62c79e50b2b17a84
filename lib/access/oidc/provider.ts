import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import type { PeopleSettings } from '#lib/db/people/people-settings.ts'
import { readClaims, type SaidOfPerson } from '#lib/domain/access/oidc-claims.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type HttpRequest, httpRequest } from '#lib/platform/http/client.ts'

/** The provider as the catalogue names it, with the secret of this process. */
export interface Provider extends NonNullable<PeopleSettings['oidc']> {
  clientSecret: string | undefined
}

const address = z.url({ protocol: /^https?$/ })
const discoverySchema = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: address.optional(),
  scopes_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})
/** What a provider says of itself. */
export type Discovery = z.infer<typeof discoverySchema>

const tokensSchema = z.object({ id_token: z.string(), access_token: z.string().optional() })
const keysSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })
const claimsSchema = z.looseObject({ sub: z.string().min(1).max(255) })

const ASKED_ANEW_MS = 10 * MINUTE_MS
const LIMITS = {
  connectMs: 5 * SECOND_MS,
  headersMs: 10 * SECOND_MS,
  idleMs: 5 * SECOND_MS,
  totalMs: 15 * SECOND_MS,
  bodyBytes: 1_000_000,
}
/** What only the provider's private key can make. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

const discovered = new Map<string, { at: number; discovery: Discovery }>()
/** The library keeps a provider's keys under this. */
const keyring = new Map<string, object>()

/** What the provider says of itself below its issuer; asked anew from time to time. Refused when it calls itself something else. */
export async function discover(ctx: Context, { issuer, name }: Provider): Promise<Discovery> {
  const known = discovered.get(issuer)
  const now = ctx.clock.now()
  if (known !== undefined && now - known.at < ASKED_ANEW_MS && now >= known.at) return known.discovery
  const discovery = await ask(ctx, name, discoverySchema, { url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` })
  if (discovery.issuer !== issuer)
    throw refused(
      `${name} calls itself "${shortened(discovery.issuer)}", the catalogue "${issuer}": "people.oidc.issuer" has to say the same.`,
    )
  const unsafe = [discovery.authorization_endpoint, discovery.token_endpoint, discovery.jwks_uri, discovery.userinfo_endpoint]
  if (issuer.startsWith('https:') && unsafe.some((url) => url?.startsWith('http:')))
    throw refused(`${name} names an address without https, which is not safe from listeners.`)
  discovered.set(issuer, { at: now, discovery })
  return discovery
}

/** Who was signed in there, by the code they came back with. `subject` is theirs at this issuer for ever. */
export async function whoCameBack(
  ctx: Context,
  provider: Provider,
  came: { code: string; verifier: string; nonce: string; redirectUri: string },
): Promise<SaidOfPerson & { subject: string }> {
  const discovery = await discover(ctx, provider)
  const tokens = await exchange(ctx, provider, discovery, came)
  const claims = await verified(ctx, provider, discovery, tokens.id_token, came.nonce)
  const said = readClaims([claims], provider.groupsClaim)
  const needsMore = said.email === null || said.groups === null || said.name === null
  if (!needsMore || discovery.userinfo_endpoint === undefined || tokens.access_token === undefined) return { ...said, subject: claims.sub }
  const more = await ask(ctx, provider.name, claimsSchema, {
    url: discovery.userinfo_endpoint,
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  if (more.sub !== claims.sub) throw refused(`${provider.name} spoke of two people in one sign-in.`)
  return { ...readClaims([claims, more], provider.groupsClaim), subject: claims.sub }
}

async function exchange(
  ctx: Context,
  { clientId, clientSecret, name }: Provider,
  discovery: Discovery,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): Promise<z.infer<typeof tokensSchema>> {
  const { authorizationCodeRequest } = await import('better-auth/oauth2')
  const methods = discovery.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const method = methods.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post'
  const { body, headers } = await authorizationCodeRequest({
    ...{ code, codeVerifier: verifier, redirectURI: redirectUri },
    options: { clientId, ...(clientSecret !== undefined && { clientSecret }) },
    tokenEndpointAuth: { method: clientSecret === undefined ? 'none' : method },
  })
  return ask(ctx, name, tokensSchema, {
    url: discovery.token_endpoint,
    method: 'POST',
    headers,
    body: body.toString(),
    explain: (_status, answer) => whyNoTokens(name, answer),
  })
}

function whyNoTokens(name: string, answer: string): string {
  if (/invalid_client|unauthorized_client/.test(answer))
    return `${name} does not know this page: "people.oidc.clientId" and OIDC_CLIENT_SECRET have to be those it was registered with.`
  if (/invalid_grant/.test(answer)) return 'This sign-in was used already, or took too long. Begin it again.'
  return `${name} did not finish the sign-in.`
}

/** The claims of an ID token that this provider signed for this page and this very sign-in. */
async function verified(
  ctx: Context,
  { clientId, issuer, name }: Provider,
  { jwks_uri: url }: Discovery,
  token: string,
  nonce: string,
): Promise<z.infer<typeof claimsSchema>> {
  const { verifyJwsAccessToken } = await import('better-auth/oauth2')
  const cacheKey = keyring.get(url) ?? {}
  keyring.set(url, cacheKey)
  let claims: Record<string, unknown>
  try {
    claims = await verifyJwsAccessToken(token, {
      jwksFetch: () => ask(ctx, name, keysSchema, { url }),
      jwksCacheKey: cacheKey,
      verifyOptions: {
        ...{ issuer, audience: clientId, algorithms: ALGORITHMS, requiredClaims: ['sub', 'iat', 'exp'] },
        ...{ clockTolerance: 60, currentDate: new Date(ctx.clock.now()) },
      },
    })
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause
    throw refused(`What ${name} said of you cannot be trusted: its signature, its time or its addressee is wrong.`, cause)
  }
  if (claims['nonce'] !== nonce) throw refused(`What ${name} said was meant for another sign-in. Begin it again.`)
  if (claims['azp'] !== undefined && claims['azp'] !== clientId) throw refused(`What ${name} said was meant for another page.`)
  return claimsSchema.parse(claims)
}

async function ask<T>(
  ctx: Context,
  name: string,
  schema: z.ZodType<T>,
  request: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body' | 'explain'>,
): Promise<T> {
  const { clock } = ctx
  const answer = await httpRequest({
    ...request,
    system: name,
    limits: LIMITS,
    signal: AbortSignal.timeout(LIMITS.totalMs),
    clock,
    isAboutPeople: true,
  })
  const parsed = schema.safeParse(jsonOf(await answer.text()))
  if (parsed.success) return parsed.data
  throw refused(`The answer of ${name} is not that of a provider of OpenID Connect.`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function shortened(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200)
}

function refused(publicMessage: string, cause?: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage, ...(cause !== undefined && { cause }) })
}
