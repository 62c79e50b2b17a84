import { z } from 'zod'
import { basicAuth, keyAuth } from './ask.ts'

const NEEDS = { none: [], basic: ['user', 'password'], bearer: ['token'], header: ['header', 'token'] } as const
const KEYS = ['user', 'password', 'token', 'header'] as const

export const authSchema = z.enum(['none', 'basic', 'bearer', 'header'])

/** The settings beside `auth`. */
export const authKeys = {
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** What follows `Bearer`, or stands in the header named by `header`. */
  token: z.string().min(1).optional(),
  /** The name of the header that carries the token: `x-api-key`. */
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'is not the name of a header')
    .optional(),
}

type AuthSettings = Partial<Record<(typeof KEYS)[number], string | undefined>> & { auth?: z.output<typeof authSchema> | undefined }

/** Blames each setting that its `auth` needs and that is missing, and each that it does not use. */
export function checkAuth(settings: AuthSettings, blame: (key: string, message: string) => void): void {
  const { auth = 'none' } = settings
  const wanted: readonly string[] = NEEDS[auth]
  for (const key of KEYS) {
    const isThere = settings[key] !== undefined
    if (isThere === wanted.includes(key)) continue
    blame(key, isThere ? `is not used with auth: ${auth}` : `is missing: auth: ${auth} needs it`)
  }
}

/** Blames the one of two settings that is missing beside the other. */
export function checkTogether<K extends string>(
  settings: Partial<Record<K, unknown>>,
  [one, other]: readonly [K, K],
  blame: (key: K, message: string) => void,
): void {
  const missing = [one, other].filter((key) => settings[key] === undefined)
  const [only] = missing
  if (only !== undefined && missing.length === 1) blame(only, `is missing: it goes with ${only === one ? other : one}`)
}

/** The header by which a request says who asks. */
export function credentials({ auth = 'none', user, password, token = '', header = '' }: AuthSettings): Record<string, string> {
  switch (auth) {
    case 'basic':
      return basicAuth(user, password)
    case 'bearer':
      return keyAuth(token, 'bearer')
    case 'header':
      return { [header.toLowerCase()]: token }
    case 'none':
      return {}
  }
}
