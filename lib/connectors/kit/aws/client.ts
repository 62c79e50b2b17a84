import type { Connection } from '#lib/connectors/kit/connector.ts'
import { askPatiently } from '#lib/connectors/kit/patience.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toAwsError } from './problems.ts'
import { type AwsKey, assumeRole } from './role.ts'
import type { AwsSettings } from './settings.ts'

/** What the client of any service is made with; the key itself is found when the first request is signed. */
export interface AwsClientConfig {
  region: string
  endpoint?: string
  profile?: string
  credentials?: AwsKey | (() => Promise<AwsKey>)
  maxAttempts: number
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean; socketTimeout: number }
  logger: Record<'trace' | 'debug' | 'info' | 'warn' | 'error', () => void>
}

const silent = () => {}

/** `keyOf`: what a client of these settings signs with, for a role to be taken on with it. */
export function awsClientConfig(
  connection: Connection<AwsSettings>,
  system: string,
  keyOf: (config: AwsClientConfig) => Promise<AwsKey>,
): AwsClientConfig {
  const { region, endpoint, profile, accessKeyId, secretAccessKey, sessionToken, role, timeout } = connection.settings
  const own: AwsClientConfig = {
    region: region ?? 'us-east-1',
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 10 * SECOND_MS, requestTimeout: timeout, throwOnRequestTimeout: true, socketTimeout: timeout },
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  }
  if (role === undefined) return own
  return { ...own, credentials: async () => assumeRole(connection, system, await keyOf(own)) }
}

/** Asks a service, see `askPatiently`; throws in words, `what` completes "does not let us …". */
export function askAws<T>(
  connection: Connection<AwsSettings>,
  { system, what, holds }: { system: string; what: string; holds?: (answer: T, end: () => void) => void },
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const toError = (thrown: unknown) => toAwsError(system, what, thrown)
  // It has seen how far the clocks are apart, and counts that in from now on.
  const hasLearnt = (thrown: unknown) => Reflect.get(Object(Reflect.get(Object(thrown), '$metadata')), 'clockSkewCorrected') === true
  return askPatiently(connection, { system, toError, hasLearnt, send, ...(holds && { holds }) })
}
