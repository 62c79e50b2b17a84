import { z } from 'zod'
import { addressSchema, isPrivateWay } from '#lib/connectors/kit/address.ts'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { jsonRequest } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { httpRequest } from '#lib/platform/http/client.ts'

/** How one signs in to Entra, as settings. */
export const entraKeys = {
  tenant: z
    .string()
    .regex(/^[\w.-]+$/, 'is not the id of a tenant')
    .optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  /** The token of a workload identity, `file:/var/run/secrets/azure/tokens/azure-identity-token`. */
  federatedToken: z.string().min(1).optional(),
  /** Whoever the machine is; with `clientId` that one of its identities. */
  managedIdentity: z.literal(true).optional(),
  /** Where tokens come from, in clouds of their own; of a managed identity the address on the machine. */
  authority: addressSchema('must be the address that gives tokens', 'clientId').optional(),
}
type EntraSettings = z.output<z.ZodObject<typeof entraKeys>>

const WAYS = ['clientSecret', 'federatedToken', 'managedIdentity'] as const

/**
 * Blames where not one way to sign in is written, of Entra or of the others, what a way by client secret or workload identity lacks, and an authority that others
 * would hear its secret on the way to.
 */
export function checkEntra<K extends string>(
  settings: EntraSettings & Partial<Record<K, unknown>>,
  others: readonly K[],
  blame: (key: string, message: string) => void,
): void {
  const all = [...others, ...WAYS]
  const ways = all.filter((way) => settings[way] !== undefined)
  if (ways.length !== 1) blame(ways[1] ?? all[0] ?? '', `needs one of ${all.join(', ')}, and only one`)
  for (const way of ['clientSecret', 'federatedToken'] as const) {
    if (settings[way] === undefined) continue
    if (settings.tenant === undefined) blame('tenant', `goes with ${way}, and is missing`)
    if (settings.clientId === undefined) blame('clientId', `goes with ${way}, and is missing`)
  }
  const { authority, managedIdentity } = settings
  if (authority !== undefined && managedIdentity === undefined && !isPrivateWay(authority))
    blame('authority', 'must begin with https: a secret is sent over no other')
}

const AUTHORITY = 'https://login.microsoftonline.com'
/** Of a machine in Azure: reachable from it alone. */
const OF_MACHINE = 'http://169.254.169.254'

const answerSchema = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })

interface AccessToken {
  token: string
  expiresOnTimestamp: number
}

/** A token of Entra for a resource, `https://storage.azure.com/`, by the way the settings say. Throws in words where there is none for us. */
export async function entraToken(connection: Connection<EntraSettings & { timeout: number }>, resource: string): Promise<AccessToken> {
  const { settings, clock, key } = connection
  const system = settings.managedIdentity ? `The identity of this machine (${key})` : `Entra (${key})`
  const question = settings.managedIdentity ? ofMachine(settings, resource) : ofApplication(settings, resource)
  // Within the turn of the request that wants it.
  const answer = await httpRequest({
    ...jsonRequest({ ...question, timeoutMs: settings.timeout, timeouts: 2, bytesMax: 1_000_000, system }),
    signal: connection.signal,
    clock,
    ...(settings.managedIdentity && { isOfMachine: true as const }),
    explain: (status, body) => (status === 400 || status === 401 ? refused(system, status, body) : undefined),
  })
  const parsed = answerSchema.safeParse(tryJson(await answer.text()))
  if (!parsed.success) throw refusedAnswer(system, 'it holds no token')
  return { token: parsed.data.access_token, expiresOnTimestamp: clock.now() + parsed.data.expires_in * SECOND_MS }
}

function ofApplication(
  { authority = AUTHORITY, tenant = '', clientId = '', clientSecret, federatedToken = '' }: EntraSettings,
  resource: string,
) {
  const proof: Record<string, string> =
    clientSecret === undefined
      ? { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: federatedToken }
      : { client_secret: clientSecret }
  return {
    url: `${authority.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`,
    form: { grant_type: 'client_credentials', client_id: clientId, scope: `${resource}.default`, ...proof },
  }
}

function ofMachine({ authority = OF_MACHINE, clientId }: EntraSettings, resource: string) {
  const query = new URLSearchParams({
    'api-version': '2018-02-01',
    resource,
    ...(clientId !== undefined && { client_id: clientId }),
  })
  return { url: `${authority.replace(/\/+$/, '')}/metadata/identity/oauth2/token?${query}`, headers: { metadata: 'true' } }
}

const REASONS: Record<string, string> = {
  AADSTS7000215: 'the client secret is wrong',
  AADSTS7000222: 'the client secret has ended',
  AADSTS700016: 'the tenant knows no such client',
  AADSTS90002: 'there is no such tenant',
  AADSTS700024: 'the federated token has ended',
  AADSTS70021: 'the client trusts no such federated token',
}

function refused(system: string, status: number, body: string): TidemarkError {
  const code = /AADSTS\d+/.exec(body)?.[0] ?? ''
  const reason = REASONS[code] ?? (code === '' ? 'it gives no reason' : code)
  return new TidemarkError('refused', {
    publicMessage: `${system} gave us no token: ${reason}. Check tenant, clientId and what proves them.`,
    systemWide: true,
    status,
  })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
