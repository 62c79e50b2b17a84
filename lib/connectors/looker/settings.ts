import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Limits } from '#lib/connectors/kit/turns.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const lookerSettings = z.strictObject({
  /** Where the API is: `https://bi.cloud.looker.com`, or with the port of one's own: `https://bi.example.edu:19999`. */
  url: addressSchema('must be an address such as https://example.cloud.looker.com', 'clientId and clientSecret'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** What Looker calls its databases → the namespace that the identity of our connection names, where names alone may mean several. */
  namespaces: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** People's own folders, too. */
  personalFolders: z.boolean().default(false),
  timeout: durationSchema.default(MINUTE_MS),
})
export type LookerSettings = z.infer<typeof lookerSettings>

export const lookerAssetSettings = z.strictObject({
  /** Of the tile's own explore: the newest value of this field says when its data are from, `orders.max_loaded_at`. */
  field: z
    .string()
    .regex(/^\w+\.\w+$/, 'is not a field: write <view>.<field>, such as orders.max_loaded_at')
    .optional(),
  clock: z.enum(['dataThroughAt', 'loadedAt']).default('dataThroughAt'),
})

/** Looker's own advice: a handful at a time. */
export const LOOKER_LIMITS: Limits = { atOnce: 5, perMinute: null }

/** Whether a look finds a time: of a tile or look only where a field is named. */
export function tellsTime({ path, settings }: Pick<ObservedAsset, 'path' | 'settings'>): boolean {
  return settings['field'] !== undefined || /^(?:datagroups|derived)\//.test(path)
}
