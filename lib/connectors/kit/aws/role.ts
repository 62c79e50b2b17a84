import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { httpRequest } from '#lib/platform/http/client.ts'
import type { AwsSettings } from './settings.ts'
import { authorizationOf, sha256 } from './signature.ts'

export interface AwsKey {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  expiration?: Date
}

/** The key of the settings' role for one hour, got with another one. Throws in words where the role is not ours to take. */
export async function assumeRole(connection: Connection<AwsSettings>, system: string, own: AwsKey): Promise<AwsKey> {
  const { settings, clock, signal } = connection
  const { role = '', externalId } = settings
  const form = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role, RoleSessionName: 'tidemark' })
  if (externalId !== undefined) form.set('ExternalId', externalId)
  const sts = stsOf(settings)
  const answer = await httpRequest({
    system: `STS, which gives the role of ${system}`,
    url: sts.url.href,
    method: 'POST',
    body: form.toString(),
    headers: signed(sts, own, form.toString(), clock.now()),
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: settings.timeout * 2, bodyBytes: 1_000_000 },
    signal,
    clock,
    explain: (status) => (status === 400 || status === 403 ? refused(system, role, status) : undefined),
  })
  return keyIn(system, await answer.text())
}

interface Sts {
  url: URL
  region: string
}

const OF_AWS = /(?:^|\.)amazonaws\.com(?:\.cn)?$/
const REGION_IN = /(?:^|[.-])([a-z]{2}(?:-[a-z]+)+-\d+)(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$/

/** Who gives roles: what is not AWS gives its own, under the same address. */
export function stsOf({ endpoint, region }: Pick<AwsSettings, 'endpoint' | 'region'>): Sts {
  const host = endpoint === undefined ? 'amazonaws.com' : new URL(endpoint).hostname
  const known = region ?? REGION_IN.exec(host)?.[1] ?? 'us-east-1'
  if (endpoint !== undefined && !OF_AWS.test(host)) return { url: new URL('/', endpoint), region: known }
  return { url: new URL(`https://sts.${known}.amazonaws.com${known.startsWith('cn-') ? '.cn' : ''}/`), region: known }
}

function signed({ url, region }: Sts, own: AwsKey, body: string, now: number): Record<string, string> {
  const at = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const token = own.sessionToken === undefined ? undefined : { 'x-amz-security-token': own.sessionToken }
  const headers = { 'content-type': 'application/x-www-form-urlencoded', host: url.host, 'x-amz-date': at, ...token }
  const parts = { method: 'POST', path: '/', query: '', headers, payload: sha256(body), at, region, service: 'sts' }
  return { ...headers, authorization: authorizationOf(own.accessKeyId, own.secretAccessKey, parts) }
}

function refused(system: string, role: string, status: number): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `${system} does not let us take on the role ${role.slice(role.indexOf(':role/') + 6)}. Check the key, and whom the role trusts (and its external id).`,
    systemWide: true,
    status,
  })
}

function keyIn(system: string, xml: string): AwsKey {
  const part = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1] ?? ''
  const key = { accessKeyId: part('AccessKeyId'), secretAccessKey: part('SecretAccessKey'), sessionToken: part('SessionToken') }
  const expiration = new Date(part('Expiration'))
  if (Object.values(key).includes('') || Number.isNaN(expiration.getTime())) throw refusedAnswer(system, 'it holds no key for the role')
  return { ...key, expiration }
}
