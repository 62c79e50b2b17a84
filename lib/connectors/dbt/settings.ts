import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { authKeys, authSchema, checkAuth } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

const PLACES = ['path', 'url', 'account', 'artifacts'] as const
type Place = (typeof PLACES)[number]

/** Of the settings that not every place has, those it may have. */
const OWN: Readonly<Record<Place, readonly string[]>> = {
  path: [],
  artifacts: [],
  url: ['auth', 'user', 'password', 'token', 'header'],
  account: ['host', 'token', 'jobs', 'environment', 'project'],
}
const KEYS = ['auth', 'user', 'password', 'token', 'header', 'host', 'jobs', 'environment', 'project'] as const

const address = addressSchema('must be an address such as https://cloud.getdbt.com', 'auth: basic')
const id = z.int().min(1)

export const dbtSettings = z
  .strictObject({
    /** A folder of this machine with the artifacts, dbt's `target`. */
    path: z.string().min(1).optional(),
    /** The address that names of artifacts are added to. */
    url: address.optional(),
    auth: authSchema.optional(),
    ...authKeys,
    /** The number of an account of dbt Cloud. */
    account: id.optional(),
    host: address.optional(),
    /** Whose runs load the data: those of other jobs, such as the ones that try a change, say nothing about them. */
    jobs: z.array(id).min(1).max(100).optional(),
    environment: id.optional(),
    project: id.optional(),
    /** Its jobs push their artifacts by themselves. */
    artifacts: z.literal('pushed', 'can only be pushed; else say where they are, by path, url or account').optional(),
    /** How old a measurement of a source may be and still be one of today. */
    measuredWithin: durationSchema.refine((ms) => ms >= MINUTE_MS, 'must be at least 1m').default(26 * HOUR_MS),
    /** The zone of times that dbt took for UTC since their column has none. */
    zone: zoneSchema.optional(),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
    const [place, second] = PLACES.filter((key) => settings[key] !== undefined)
    if (place === undefined) return blame('path', 'is missing: say where the artifacts are, by path, url or account, or artifacts: pushed')
    if (second !== undefined) return blame(second, `cannot stand beside ${place}: the artifacts are in one place`)
    for (const key of KEYS) {
      if (settings[key] !== undefined && !OWN[place].includes(key)) blame(key, `is not used with ${place}`)
    }
    if (place === 'url') checkAuth(settings, blame)
    if (place !== 'account') return
    if (settings.token === undefined) blame('token', 'is missing: dbt Cloud wants one')
    if (settings.jobs === undefined && settings.environment === undefined)
      blame('jobs', 'is missing: say whose runs load the data, by jobs or by environment')
  })
export type DbtSettings = z.output<typeof dbtSettings>

export const dbtAssetSettings = z.strictObject({
  /** The clock that what dbt measures feeds. */
  clock: z.enum(['dataThroughAt', 'writtenAt']).optional(),
  zone: zoneSchema.optional(),
})
export type DbtAsset = z.output<typeof dbtAssetSettings>
