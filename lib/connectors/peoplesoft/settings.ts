import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const peopleSoftSettings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be the address of the PeopleSoft web server, such as https://csprd.example.edu' }),
  user: z.string().min(1),
  password: z.string().min(1),
  /** The default local node of the Integration Broker. */
  node: z.string().regex(/^\w+$/).default('PSFT_CS'),
  owner: z.enum(['PUBLIC', 'PRIVATE']).default('PUBLIC'),
  timeout: durationSchema.default(120_000),
  /** The zone of date-times without one: the database's. */
  zone: zoneSchema.default('America/New_York'),
  checkQuery: z.string().regex(/^\w+$/).default('BU_TERM_QRY'),
})
export type PeopleSoftSettings = z.infer<typeof peopleSoftSettings>
