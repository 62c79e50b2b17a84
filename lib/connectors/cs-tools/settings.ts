import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const csToolsSettings = z.strictObject({
  /** The whole address of the query endpoint: `https://…/api/v1/queries/execute`. */
  url: z.url({ protocol: /^https?$/, error: 'must be the address of the query endpoint' }),
  key: z.string().min(1),
  timeout: durationSchema.default(120_000),
  /** The zone of date-times without one: the database's. */
  zone: zoneSchema.default('America/New_York'),
  checkQuery: z.string().regex(/^\w+$/).default('BU_TERM_QRY'),
})
export type CsToolsSettings = z.infer<typeof csToolsSettings>
