import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

/** What the catalogue says under a connection of kind `peoplesoft`. */
export const peopleSoftSettings = z.strictObject({
  /** Scheme, host and port; the path of the query service is added. */
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be the address of the PeopleSoft web server, such as https://csprd.example.edu' }),
  user: z.string().min(1),
  password: z.string().min(1),
  /** The default local node of the Integration Broker. */
  node: z.string().regex(/^\w+$/).default('PSFT_CS'),
  owner: z.enum(['PUBLIC', 'PRIVATE']).default('PUBLIC'),
  /** How long the application server may think; queries are slow, and it has few handlers. */
  timeout: durationSchema.default(120_000),
  /** The zone of date-times without one: the database's. */
  zone: zoneSchema.default('America/New_York'),
  /** A query this account may run, to see whether we can get in. */
  checkQuery: z.string().regex(/^\w+$/).default('BU_TERM_QRY'),
})
export type PeopleSoftSettings = z.infer<typeof peopleSoftSettings>
