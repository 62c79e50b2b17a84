import { z } from 'zod'
import { checkKeysByColumn, checkTableAsset, tableAssetShape } from '#lib/connectors/kit/sql/table-asset.ts'
import { checkToldTwice, toldByStatementShape } from '#lib/connectors/kit/sql/told-statement.ts'
import { keyPromiseSchema } from '#lib/domain/coverage/key-promise.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const postgresSettingsSchema = z.strictObject({
  /** postgres://user:password@host:port/database, normally a reference such as `${LAKE_DATABASE_URL}`. */
  url: z.string().min(1),
  /** `tidemark discover` looks only into these; absent: every schema that is not the system's. */
  schemas: z.array(z.string().min(1)).min(1).optional(),
  /** What wall-clock columns without a zone mean unless their asset says otherwise; absent: UTC, with a warning. */
  zone: zoneSchema.optional(),
  statementTimeout: durationSchema.default(10 * SECOND_MS),
  /** Not asked between looks whether it is there: a server that sleeps while nobody asks stays asleep. */
  pulse: z.literal('never').optional(),
  connections: z.int().min(1).max(4).default(4),
  /** A full probe every so many, since counters can be wrong. */
  fullLookEvery: z.int().min(1).max(1000).default(12),
})
export type PostgresSettings = z.infer<typeof postgresSettingsSchema>

export const postgresAssetSchema = z
  .strictObject({ ...tableAssetShape(/--|\/\*|\*\//), ...toldByStatementShape(), expect: keyPromiseSchema.optional() })
  .superRefine((asset, issues) => {
    checkTableAsset(asset, issues)
    checkToldTwice(asset, issues)
    checkKeysByColumn(asset, issues)
  })
export type PostgresAsset = z.infer<typeof postgresAssetSchema>
