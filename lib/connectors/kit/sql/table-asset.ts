import { z } from 'zod'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'
import { isBalanced } from './told-statement.ts'

/** What may stand under a table or view of a database; `comment`: what begins one there. Goes with `checkTableAsset`. */
export const tableAssetShape = (comment: RegExp) => ({
  /** The column whose newest value says how fresh the table is. */
  column: z.string().min(1).optional(),
  zone: zoneSchema.optional(),
  /** The clock `column` feeds; `dataThroughAt` for columns that tell when something happened. */
  clock: z.enum(JUDGED_CLOCKS).default('writtenAt'),
  /** A second column, of events: it feeds `dataThroughAt`, so that a reload of old data is noticed. */
  dataThrough: z.string().min(1).optional(),
  /** SQL: only rows that meet this condition count for the newest values, so that one row of the year 9999 does not hide a table. */
  where: z
    .string()
    .max(2000)
    .superRefine((text, issues) => {
      const why = whyNoCondition(text, comment)
      if (why !== null) issues.addIssue({ code: 'custom', message: why })
    })
    .optional(),
})

type TableAsset = z.infer<z.ZodObject<ReturnType<typeof tableAssetShape>>>

/** What does not go together. */
export function checkTableAsset(asset: TableAsset, issues: z.core.$RefinementCtx): void {
  const say = (path: keyof TableAsset, message: string) => issues.addIssue({ code: 'custom', message, path: [path] })
  if (asset.where !== undefined && asset.column === undefined) say('where', 'says which rows count for a column; name the column, too')
  if (asset.dataThrough !== undefined && asset.clock === 'dataThroughAt')
    say('dataThrough', 'column already feeds dataThroughAt; keep one of the two')
}

/** Keys are judged by the newest rows, and a column says which these are. */
export function checkKeysByColumn(
  { expect, column }: { expect?: unknown; column?: string | undefined },
  issues: z.core.$RefinementCtx,
): void {
  if (expect === undefined || column !== undefined) return
  issues.addIssue({ code: 'custom', message: 'judges the newest rows by the column; name the column, too', path: ['expect'] })
}

const TEXT = '\u0001'
const ESCAPED = new RegExp(`(?:^|\\W)[eE]${TEXT}`)

/** What a `where` of the catalogue may not hold, in words; null: it is one condition, whatever it means. */
export function whyNoCondition(text: string, comment: RegExp): string | null {
  const bare = text.replace(/'(?:[^'\\]|''|\\(?!'))*'|"(?:[^"]|"")+"/g, (quoted) => (quoted.startsWith("'") ? TEXT : 'x'))
  if (ESCAPED.test(bare)) return 'holds an escape string; write it as an ordinary one'
  if (/['"]/.test(bare)) return 'has a quote that does not end'
  if (bare.includes(';')) return 'holds ";"; write one condition'
  if (comment.test(bare)) return 'holds a comment'
  if (bare.includes('$')) return 'holds "$"; write values in single quotes'
  if (!isBalanced(bare)) return 'has brackets that do not match'
  return bare.trim() === '' ? 'is empty' : null
}

/** What people are shown a table by that is called `stg_orders` or `stgOrders`: `Stg orders`. */
export function titleOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\s]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
