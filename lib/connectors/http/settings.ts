import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { authKeys, authSchema, checkAuth } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'
import { toldClocksShape } from './clock-sources.ts'

export const httpSettings = z
  .strictObject({
    /** Scheme, host and, if any, the part of the path that all addresses begin with. */
    baseUrl: addressSchema('must be an address such as https://api.example.edu/v1', 'auth: basic'),
    auth: authSchema.default('none'),
    ...authKeys,
    timeout: durationSchema.default(MINUTE_MS),
    checkPath: z.string().default(''),
    /** The zone of days in the names of watched files. */
    zone: zoneSchema.default('America/New_York'),
  })
  .superRefine((settings, issues) => checkAuth(settings, (key, message) => issues.addIssue({ code: 'custom', path: [key], message })))
export type HttpSettings = z.output<typeof httpSettings>

export const httpAssetSettings = z.strictObject({
  /** For names with a day in them: how many days back a file is looked for. */
  lookBack: durationSchema.refine((ms) => ms >= DAY_MS && ms <= 60 * DAY_MS, 'is not between 1d and 60d').default(7 * DAY_MS),
  ...toldClocksShape,
  /** What wall times of these clocks mean; absent: the connection's. */
  zone: zoneSchema.optional(),
})
