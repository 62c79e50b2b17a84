import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const fivetranSettings = z.strictObject({
  url: addressSchema('must be an address such as https://api.fivetran.com/v1', 'apiKey and apiSecret').default(
    'https://api.fivetran.com/v1',
  ),
  apiKey: z.string().min(1),
  apiSecret: z.string().min(1),
  /** Only connections of these, by their ids; absent: of every group that the key may see. */
  groups: z.array(z.string().min(1)).min(1).optional(),
  timeout: durationSchema.default(MINUTE_MS),
})
export type FivetranSettings = z.output<typeof fivetranSettings>

export type Connected = Connection<FivetranSettings>

/** Whether a path may be the id of a connection, as Fivetran makes them. */
export const isConnectionId = (path: string) => /^[\w-]+$/.test(path)
