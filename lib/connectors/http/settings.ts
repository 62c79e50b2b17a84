import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

const AUTH = {
  none: [],
  basic: ['user', 'password'],
  bearer: ['token'],
  header: ['header', 'token'],
} as const
const AUTH_KEYS = ['user', 'password', 'token', 'header'] as const

export const httpSettings = z
  .strictObject({
    /** Scheme, host and, if any, the part of the path that all addresses begin with. */
    baseUrl: addressSchema('must be an address such as https://api.example.edu/v1', 'auth: basic'),
    auth: z.enum(['none', 'basic', 'bearer', 'header']).default('none'),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** What follows `Bearer`, or stands in the header named by `header`. */
    token: z.string().min(1).optional(),
    /** The name of the header that carries the token: `x-api-key`. */
    header: z
      .string()
      .regex(/^[A-Za-z0-9-]+$/, 'is not the name of a header')
      .optional(),
    timeout: durationSchema.default(MINUTE_MS),
    checkPath: z.string().default(''),
    /** The zone of days in the names of watched files. */
    zone: zoneSchema.default('America/New_York'),
  })
  .superRefine((settings, issues) => {
    const wanted: readonly string[] = AUTH[settings.auth]
    for (const key of AUTH_KEYS) {
      const isThere = settings[key] !== undefined
      if (isThere === wanted.includes(key)) continue
      const message = isThere ? `is not used with auth: ${settings.auth}` : `is missing: auth: ${settings.auth} needs it`
      issues.addIssue({ code: 'custom', path: [key], message })
    }
  })
export type HttpSettings = z.output<typeof httpSettings>

export const httpAssetSettings = z.strictObject({
  /** For names with a day in them: how many days back a file is looked for. */
  lookBack: durationSchema.refine((ms) => ms >= DAY_MS && ms <= 60 * DAY_MS, 'is not between 1d and 60d').default(7 * DAY_MS),
})
