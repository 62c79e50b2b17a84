import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { checkKeysByColumn, checkTableAsset, tableAssetShape } from '#lib/connectors/kit/sql/table-asset.ts'
import { checkToldTwice, toldByStatementShape } from '#lib/connectors/kit/sql/told-statement.ts'
import { keyPromiseSchema } from '#lib/domain/coverage/key-promise.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const snowflakeSettingsSchema = z
  .strictObject({
    /** `https://<organisation>-<account>.snowflakecomputing.com`. */
    url: addressSchema('must be the address of the account', 'user'),
    /** As the key's token names it; absent: what the host says. */
    account: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    /** In PEM. */
    privateKey: z.string().min(1).optional(),
    /** The second of two keys while they are changed: used when the first is refused. */
    nextPrivateKey: z.string().min(1).optional(),
    passphrase: z.string().min(1).optional(),
    /** A programmatic access token, instead of a key. */
    token: z.string().min(1).optional(),
    /** Absent: the account's default role. */
    role: z.string().min(1).optional(),
    warehouse: z.string().min(1),
    /** Of paths without one. */
    database: z.string().min(1),
    /** `tidemark discover` looks into these; absent: `database` alone. */
    databases: z.array(z.string().min(1)).min(1).optional(),
    schemas: z.array(z.string().min(1)).min(1).optional(),
    /** What wall times mean unless their asset says otherwise; absent: UTC, with a warning. */
    zone: zoneSchema.optional(),
    statementTimeout: durationSchema.default(MINUTE_MS),
    /** Credits a day, of UTC. Absent: no limit. */
    budget: z.number().positive().optional(),
    /** What the warehouse takes: 1 for X-Small, twice as much for each size above. */
    creditsPerHour: z.number().positive().default(1),
    /** Nothing tells that a view moved: it is read so often. */
    readViewsEvery: durationSchema.default(15 * MINUTE_MS),
  })
  .superRefine((given, issues) => {
    const hasKey = given.user !== undefined && given.privateKey !== undefined
    if (given.token === undefined && !hasKey)
      issues.addIssue({ code: 'custom', message: 'needs user and privateKey, or token', path: ['privateKey'] })
    if (given.token !== undefined && given.privateKey !== undefined)
      issues.addIssue({ code: 'custom', message: 'stands beside privateKey; keep one of the two', path: ['token'] })
  })
export type SnowflakeSettings = z.infer<typeof snowflakeSettingsSchema>

/** It makes one statement of several, each of which may do anything. */
export const CHAINS = ['->>']

/** `//` begins a comment, too. */
export const snowflakeAssetSchema = z
  .strictObject({ ...tableAssetShape(/--|\/\/|\/\*|\*\//), ...toldByStatementShape(CHAINS), expect: keyPromiseSchema.optional() })
  .superRefine((asset, issues) => {
    checkTableAsset(asset, issues)
    checkToldTwice(asset, issues)
    checkKeysByColumn(asset, issues)
  })
export type SnowflakeAsset = z.infer<typeof snowflakeAssetSchema>
