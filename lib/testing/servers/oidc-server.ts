import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import Provider from 'oidc-provider'
import { listen } from '#demo/campus/listen.ts'

/** The page as every such provider knows it. */
export const CLIENT = { id: 'tidemark', secret: 'only the page and its provider know it' }

/** A real provider of OpenID Connect on this machine that signs in whomever the test says, without a question. */
export interface OidcServer {
  issuer: string
  clientId: string
  clientSecret: string
  /** Who sits at the browser, with what the provider says of them; null refuses. */
  signsIn: Record<string, unknown> | null
  /** Stands before the provider: true when it has answered instead. */
  before: ((...args: Parameters<RequestListener>) => boolean) | null
  /** Goes where a sign-in leads, as a browser does, until it is sent back to this page; the address it is sent to. */
  follow(location: string): Promise<URL>
  close(): Promise<void>
}

/** Starts a provider that sends people back to these addresses only. */
export async function startOidcServer(redirectUris: string[]): Promise<OidcServer> {
  let answer: RequestListener = (_, response) => response.writeHead(503).end()
  const server = createServer((request, response) => {
    if (found.before?.(request, response) !== true) answer(request, response)
  })
  const { port, close } = await listen(server)
  const issuer = `http://127.0.0.1:${port}`
  const found: OidcServer = {
    ...{ issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, signsIn: null, before: null, close },
    follow: (location) => follow(location, redirectUris),
  }
  const provider = new Provider(
    issuer,
    configuration(redirectUris, () => found.signsIn),
  )
  const pages = provider.callback()
  answer = (request, response) => {
    if (request.url?.startsWith('/interaction') === true) void interact(provider, found, request, response)
    else void pages(request, response)
  }
  return found
}

function configuration(redirectUris: string[], claims: () => Record<string, unknown> | null): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: redirectUris, grant_types: ['authorization_code'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/interaction' },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'own' }] },
    cookies: { keys: ['of the provider'] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ ...claims(), sub }) }),
  }
}

async function interact(provider: Provider, { signsIn }: OidcServer, ...[request, response]: Parameters<RequestListener>): Promise<void> {
  const { prompt, session, params } = await provider.interactionDetails(request, response)
  const finish = (result: object) => provider.interactionFinished(request, response, result)
  if (signsIn === null) return finish({ error: 'access_denied' })
  if (prompt.name === 'login') return finish({ login: { accountId: String(signsIn['sub']) } })
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: CLIENT.id })
  grant.addOIDCScope(params.scope)
  await finish({ consent: { grantId: await grant.save() } })
}

const STEPS_MAX = 12

async function follow(location: string, home: string[]): Promise<URL> {
  const jar = new Map<string, string>()
  let at = location
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (home.some((own) => at.startsWith(own))) return new URL(at)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const header of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
      jar.set(name, value)
    }
    const next = answer.headers.get('location')
    if (next === null) throw new Error(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
    at = new URL(next, at).href
  }
  throw new Error('the provider leads nowhere')
}
