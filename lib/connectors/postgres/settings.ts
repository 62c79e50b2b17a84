import { z } from 'zod'
import { checkTableAsset, tableAssetShape } from '#lib/connectors/kit/table-asset.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
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
  connections: z.int().min(1).max(4).default(4),
  /** A full probe every so many, since counters can be wrong. */
  fullLookEvery: z.int().min(1).max(1000).default(12),
})
export type PostgresSettings = z.infer<typeof postgresSettingsSchema>

/** One statement that reads, and gives one row of one column, a time or a date. */
const statementSchema = z.strictObject({
  sql: z
    .string()
    .min(1)
    .max(10_000)
    .regex(/^\s*(select|with|values|table)\b/i, 'does not read as a statement that begins with select or with')
    .refine((text) => !/;\s*\S/.test(text), 'holds ";": write one statement'),
})

export const postgresAssetSchema = z
  .strictObject({
    ...tableAssetShape(/--|\/\*|\*\//),
    /** Clocks that a statement tells, from a table of loads for instance; what it reads is not watched for moves, so it is run at each look. */
    loadedAt: statementSchema.optional(),
    writtenAt: statementSchema.optional(),
    dataThroughAt: statementSchema.optional(),
  })
  .superRefine((asset, issues) => {
    checkTableAsset(asset, issues)
    const say = (path: JudgedClock, message: string) => issues.addIssue({ code: 'custom', message, path: [path] })
    if (asset.column !== undefined && asset[asset.clock] !== undefined)
      say(asset.clock, 'is what column feeds already; keep one of the two')
    if (asset.dataThrough !== undefined && asset.dataThroughAt !== undefined)
      say('dataThroughAt', 'is what dataThrough feeds already; keep one of the two')
  })
export type PostgresAsset = z.infer<typeof postgresAssetSchema>
