import { z } from 'zod'
import { SHRINK_RATIO } from '#lib/domain/connections/whole-discovery.ts'
import { assetKeySchema, connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'
import { COLUMN_TYPES, isPlainIdentifier, isTakenColumn } from '#lib/domain/values/column-type.ts'
import { indexMappingSchema } from './index-mapping.ts'
import { landingSchema } from './landing.ts'

export const DECLARED_FLOW_TIMEOUT_MS = HOUR_MS

const FEED = /^[A-Za-z][A-Za-z0-9_-]{0,99}\/[A-Za-z][A-Za-z0-9_-]{0,99}$/

const columnName = z
  .string()
  .refine(isPlainIdentifier, 'cannot be used as a column: begin with a small letter and use small letters, digits and "_", at most 63')
  .refine((name) => !isTakenColumn(name), 'cannot be used as a column: Tidemark or PostgreSQL fills it itself')
const fieldPath = z.string().trim().min(1, 'must not be empty')
const share = z.number().min(0, 'must be between 0 and 1').max(1, 'must be between 0 and 1')

/** One column of `select` as written. */
export const columnSchema = z.union([
  fieldPath.describe('The field it comes from; a dotted path goes into objects, a number into a list. Its value stays as it comes.'),
  z.strictObject({
    from: fieldPath,
    type: z.enum(COLUMN_TYPES).optional().describe('A row whose value does not fit is put aside with the reason.'),
    default: z
      .union([z.string(), z.number(), z.boolean(), z.null()])
      .optional()
      .describe('Instead of nothing; "default: null" says that the field may be missing everywhere.'),
    epoch: z.enum(['s', 'ms']).optional().describe('The field counts seconds or milliseconds since 1970.'),
    zone: zoneSchema.optional().describe("What wall-clock times mean; by default the flow's zone."),
  }),
])

const selectSchema = z
  .record(columnName, columnSchema)
  .refine((columns) => Object.keys(columns).length > 0, 'must name at least one column')
export type Select = z.infer<typeof selectSchema>

const extractSchema = z
  .looseObject({ from: assetKeySchema.describe('The asset that is read: <connection>/<path>.') })
  .describe('What is read; the keys beside "from" belong to the connector.')

const loadSchema = z.strictObject({
  into: assetKeySchema.describe('The table: lake/<schema>.<table>. It is made when it is not there.'),
  mode: z
    .enum(['append', 'replace', 'merge'])
    .default('replace')
    .describe('replace: the table is what was read. merge: rows with a known key are changed. append: rows are added.'),
  key: z
    .union([columnName, z.array(columnName).min(1, 'must hold at least one column')])
    .optional()
    .describe('The column or columns that tell rows apart.'),
  shrinkRatio: share.default(SHRINK_RATIO).describe('replace: an answer with at most this share of the rows in the table is refused.'),
  allowEmpty: z
    .boolean()
    .default(false)
    .describe('An answer without rows is a good one instead of being refused; replace: it empties the table.'),
})
export type WrittenLoad = z.infer<typeof loadSchema>

const deliverSchema = z
  .looseObject({
    to: assetKeySchema.describe(
      'Where the file goes: <connection>/<path>; {date}, {yyyy}, {mm}, {dd}, {hh}, {mi}, {ss}, {timestamp} are filled in.',
    ),
    allowEmpty: z.boolean().default(false).describe('A file without rows is delivered instead of being refused.'),
  })
  .describe('The file that is made of the rows; the keys beside "to" belong to its format and to the connector.')
export type WrittenDeliver = z.infer<typeof deliverSchema>

const indexSchema = z.strictObject({
  into: assetKeySchema.describe(
    'The index as readers name it: <connection>/<alias>. Each run builds one of its own and moves the alias when it is whole.',
  ),
  key: z
    .union([columnName, z.array(columnName).min(1, 'must hold at least one column')])
    .optional()
    .describe('The column or columns that tell documents apart; of records of files, by default the file and the line.'),
  mapping: indexMappingSchema.optional(),
  shrinkRatio: share.default(SHRINK_RATIO).describe('An answer with at most this share of the documents that readers have is refused.'),
  allowEmpty: z.boolean().default(false).describe('An answer without rows empties the index instead of being refused.'),
})
export type WrittenIndex = z.infer<typeof indexSchema>

const keysOfAssets = z.array(assetKeySchema).min(1, 'must hold at least one asset')

const runsSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .describe('A job of another system that does the work, <connection>/<job>: it is started there, followed, and cancelled.')

/** What one run of a declared flow may be told. */
export const declaredFlowParameters = z.strictObject({
  /** Says what would change and changes nothing. */
  dryRun: z.boolean().optional(),
  /** These two instead of what the catalogue says. */
  allowEmpty: z.boolean().optional(),
  shrinkRatio: z.number().min(0).max(1).optional(),
})
export type DeclaredFlowParameters = z.infer<typeof declaredFlowParameters>

/** The same of one that lands files. */
export const landFlowParameters = declaredFlowParameters.pick({ dryRun: true })

/** Names that mean something to a run of ours, whatever a job takes. */
export const OWN_PARAMETERS: readonly string[] = ['dryRun', 'replay']

/** What one run of a flow may be told that is a job of another system: other values of what the flow names, of the same kind. */
export function jobFlowParameters(named: Record<string, unknown>): z.ZodObject {
  const kindOf = (value: unknown) => {
    if (typeof value === 'string') return z.string()
    if (typeof value === 'number') return z.number()
    return typeof value === 'boolean' ? z.boolean() : z.json()
  }
  return z.strictObject(Object.fromEntries(Object.entries(named).map(([name, value]) => [name, kindOf(value).optional()])))
}

/** What makes an entry under `flows` a flow without code; beside them stand the keys every flow has. */
export const DECLARED_FLOW_SHAPE = {
  feed: z
    .string()
    .regex(FEED, 'is not a place for a feed: write <group>/<feed>, such as student_life/parking')
    .optional()
    .describe('<group>/<feed> that shows what is read and written; declared here unless it is declared under "groups".'),
  feedName: z.string().trim().min(1, 'must not be empty').optional().describe('Name of the feed where this declares it.'),
  extract: extractSchema.optional(),
  select: selectSchema.optional().describe('Column → field; without it every field becomes a column.'),
  load: loadSchema.optional(),
  deliver: deliverSchema.optional(),
  land: landingSchema.optional().describe('Files that a trigger names are carried into a table, a row for each record.'),
  index: indexSchema.optional(),
  runs: runsSchema.optional(),
  reads: keysOfAssets.optional().describe('Beside "runs": the assets that the job reads.'),
  writes: keysOfAssets.optional().describe('Beside "runs": the assets that the job writes.'),
}

export const DECLARED_FLOW_KEYS: ReadonlySet<string> = new Set(Object.keys(DECLARED_FLOW_SHAPE))
/** Keys of the blocks that are ours; the rest belongs to connectors and formats. */
export const EXTRACT_KEYS: ReadonlySet<string> = new Set(Object.keys(extractSchema.shape))
export const DELIVER_KEYS: ReadonlySet<string> = new Set(Object.keys(deliverSchema.shape))

/** A declared flow as it is stored with an accepted catalogue, with what the catalogue says beside it. */
export const declaredFlowSchema = z.object({
  timezone: z.string().optional(),
  rejectTolerance: z.number().optional(),
  extract: extractSchema.optional(),
  select: selectSchema.optional(),
  load: loadSchema.optional(),
  deliver: deliverSchema.optional(),
  land: landingSchema.optional(),
  index: indexSchema.optional(),
  runs: runsSchema.optional(),
})
export type WrittenDeclaredFlow = z.infer<typeof declaredFlowSchema>
/** One that reads records. */
export type WrittenRecordFlow = WrittenDeclaredFlow & { extract: z.infer<typeof extractSchema> }

const LAKE_TABLE = /^([a-z_][a-z0-9_]{0,62})\.([a-z_][a-z0-9_]{0,62})$/
/** The connection whose database flows load into. */
export const LAKE = 'lake'

/** Schema and table of `lake/<schema>.<table>`; null for anything else. */
export function lakeTableOf(assetKey: string): { schema: string; table: string } | null {
  const [, schema, table] = (connectionOf(assetKey) === LAKE ? LAKE_TABLE.exec(pathOf(assetKey)) : null) ?? []
  return schema === undefined || table === undefined ? null : { schema, table }
}

/** The key columns as a list. */
export function keyColumns(key: WrittenLoad['key']): string[] {
  return key === undefined ? [] : typeof key === 'string' ? [key] : key
}
