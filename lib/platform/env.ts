import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { readEnvFile, type Variables } from './env-file.ts'

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
const port = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(65_535, 'must be 65535 or less')

const networks = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((network) => network !== ''))
  .refine((found) => found.every((network) => ipaddr.isValid(network) || ipaddr.isValidCIDR(network)), {
    error: 'must be addresses or networks such as 10.0.0.0/8, with commas between them',
  })

const schema = z.object({
  DATABASE_URL: postgresUrl.optional(),
  LAKE_DATABASE_URL: postgresUrl.optional(),
  LAKE_ADMIN_URL: postgresUrl.optional(),
  TIDEMARK_CONFIG: z.string().optional(),
  TIDEMARK_DATA: z.string().default('.tidemark'),
  TIDEMARK_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  TIDEMARK_URL: z.url({ protocol: /^https?$/, error: 'must be an address such as https://status.example.edu' }).optional(),
  TIDEMARK_TOKEN: z.string().startsWith('tdm_', 'must be a token of a Tidemark page, tdm_…').optional(),
  PORT: port.default(3000),
  HOST: z.string().optional(),
  TIDEMARK_PROXIES: networks,
  OIDC_CLIENT_SECRET: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error').default('info'),
  DEMO: z.enum(['campus', 'startup', 'both', 'games', 'enterprise'], 'must be campus, startup, both, games or enterprise').default('both'),
  DEMO_COURSES: z.string().optional(),
  ENV_FILE: z.string().default('.env'),
  TIDEMARK_HANDED_ON: z.string().default(''),
})

export interface Environment {
  databaseUrl: string | undefined
  lakeDatabaseUrl: string | undefined
  /** Whoever may make databases and accounts on the server of the lake; for `tidemark lake prepare` alone. */
  lakeAdminUrl: string | undefined
  config: string | undefined
  dataFolder: string
  secret: string | undefined
  publicUrl: string | undefined
  /** With it the command line asks the page at `publicUrl` where no database is named. */
  token: string | undefined
  port: number
  host: string | undefined
  /** Addresses and networks of proxies that are believed where a request comes from. */
  proxies: readonly string[]
  /** As written: the secret itself, or `file:` and where it stands. */
  oidcClientSecret: string | undefined
  logLevel: z.infer<typeof schema>['LOG_LEVEL']
  /** Which pretend house the demo shows. */
  demo: z.infer<typeof schema>['DEMO']
  demoCourses: string | undefined
  envFile: string
  /** Variables set by the launcher, not by the person who started it. */
  handedOn: ReadonlySet<string>
}

function withoutEmpty(variables: Variables): Record<string, string> {
  const entries = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  )
  return Object.fromEntries(entries)
}

function variablesOf(path: string, required: boolean): Variables {
  if (path === 'none') return {}
  try {
    return readEnvFile(path)
  } catch (cause) {
    if (isTidemarkError(cause)) throw cause
    if (!required) return {}
    throw new TidemarkError('invalid', { publicMessage: `ENV_FILE names ${path}, which cannot be read.`, cause })
  }
}

/** The settings of this process: its environment, then ENV_FILE. An empty value is a missing one; every problem is named at once. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const own = withoutEmpty(variables)
  const named = own['ENV_FILE']
  const parsed = schema.safeParse({ ...withoutEmpty(variablesOf(named ?? '.env', named !== undefined)), ...own })
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`)
    throw new TidemarkError('invalid', { publicMessage: `The environment is not right: ${problems.join(' ')} See .env.example.` })
  }
  const found = parsed.data
  return {
    databaseUrl: found.DATABASE_URL,
    lakeDatabaseUrl: found.LAKE_DATABASE_URL,
    lakeAdminUrl: found.LAKE_ADMIN_URL,
    config: found.TIDEMARK_CONFIG,
    dataFolder: found.TIDEMARK_DATA,
    secret: found.TIDEMARK_SECRET,
    publicUrl: found.TIDEMARK_URL,
    token: found.TIDEMARK_TOKEN,
    port: found.PORT,
    host: found.HOST,
    proxies: found.TIDEMARK_PROXIES,
    oidcClientSecret: found.OIDC_CLIENT_SECRET,
    logLevel: found.LOG_LEVEL,
    demo: found.DEMO,
    demoCourses: found.DEMO_COURSES,
    envFile: found.ENV_FILE,
    handedOn: new Set(found.TIDEMARK_HANDED_ON.split(',').filter((name) => name !== '')),
  }
}

/** The address people use where the catalogue names none: TIDEMARK_URL, else this machine and the port. */
export function publicAddress({ publicUrl, port }: Pick<Environment, 'publicUrl' | 'port'>): string {
  return publicUrl ?? `http://localhost:${port}`
}

/** One variable of this process by name, for `${NAME}` in a catalogue; an empty one is missing. Does not read ENV_FILE. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined
}

export type ChildEnvironment = Record<string, string> & { NODE_ENV: 'development' | 'production' }

export function childEnvironment(
  mode: ChildEnvironment['NODE_ENV'],
  names: readonly string[] | 'everything',
  additions: Variables = {},
): ChildEnvironment {
  const own = names === 'everything' ? process.env : Object.fromEntries(names.map((name) => [name, process.env[name]]))
  return { ...withoutEmpty({ ...own, ...additions }), NODE_ENV: mode }
}
