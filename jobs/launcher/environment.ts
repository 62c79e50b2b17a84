import type { DatabaseUrls } from '#lib/platform/embedded-postgres.ts'
import { type ChildEnvironment, childEnvironment, type Environment, environmentVariable } from '#lib/platform/env.ts'

export interface Settings extends DatabaseUrls {
  environment: Environment
  secret: string
  config: string | undefined
  publicUrl: string
  isDevelopment: boolean
}

// What describes the machine; anything else may be a credential.
const WEB_NAMES = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'CI',
  'SystemRoot',
]

/** For everything that runs Next: no credentials, none from .env files either, which Next would read by itself. */
export function webBase(mode: ChildEnvironment['NODE_ENV'], additions: Record<string, string> = {}): ChildEnvironment {
  return childEnvironment(mode, WEB_NAMES, { NEXT_TELEMETRY_DISABLED: '1', __NEXT_PROCESSED_ENV: 'true', ENV_FILE: 'none', ...additions })
}

const modeOf = (settings: Settings) => (settings.isDevelopment ? 'development' : 'production')

/** The web process knows its database, what proves it to the provider of sign-ins, and nothing about any other outside system. */
export function webEnvironment(settings: Settings): ChildEnvironment {
  const { environment, databaseUrl, secret, publicUrl } = settings
  return webBase(modeOf(settings), {
    DATABASE_URL: databaseUrl,
    TIDEMARK_SECRET: secret,
    TIDEMARK_URL: publicUrl,
    PORT: String(environment.port),
    ...(environment.host !== undefined && { HOST: environment.host }),
    ...(environment.proxies.length > 0 && { TIDEMARK_PROXIES: environment.proxies.join(',') }),
    ...(environment.oidcClientSecret !== undefined && { OIDC_CLIENT_SECRET: environment.oidcClientSecret }),
    LOG_LEVEL: environment.logLevel,
  })
}

/** Names of variables we add: where .env has one, the file counts, not this copy. */
function handedOn(ours: Record<string, string | undefined>): string {
  const names = Object.entries(ours).flatMap(([name, value]) => (environmentVariable(name) === value ? [] : [name]))
  return names.join(',')
}

export function workerEnvironment(settings: Settings, additions: Record<string, string> = {}): ChildEnvironment {
  const { databaseUrl, lakeDatabaseUrl, environment, secret, config, publicUrl } = settings
  const ours = {
    DATABASE_URL: databaseUrl,
    LAKE_DATABASE_URL: lakeDatabaseUrl,
    TIDEMARK_CONFIG: config,
    TIDEMARK_DATA: environment.dataFolder,
    TIDEMARK_SECRET: secret,
    TIDEMARK_URL: publicUrl,
    ...additions,
  }
  return childEnvironment(modeOf(settings), 'everything', { ...ours, TIDEMARK_HANDED_ON: handedOn(ours) })
}
