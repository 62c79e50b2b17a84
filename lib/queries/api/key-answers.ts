import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { keyPromiseInWords } from '#lib/domain/coverage/key-words.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { KeyView } from '#lib/queries/catalogue/asset-keys.ts'
import type { OverdueKey } from '#lib/queries/catalogue/overdue-keys.ts'

const instant = z.iso.datetime()
const newestAt = instant.nullable().meta({ description: 'Its newest row; null: none as far back as is looked.' })

/** What is promised of each key of an asset. */
export const coverageSchema = z
  .object({
    column: z.string().meta({ description: 'The column whose values are told apart.' }),
    promise: z.string().meta({ description: 'What is promised of each of them, in words.' }),
    keys: z
      .array(
        z.object({
          key: z.string(),
          status: z
            .enum(['fresh', 'late', 'stale', 'unknown'])
            .meta({ description: 'unknown: it would be fresh, and nobody sees the table.' }),
          newestAt,
          lateAt: instant.meta({ description: 'When it is late unless a newer row comes, or since when it is.' }),
          newSince: instant.nullable().meta({ description: 'When it was seen first, where that is not long ago.' }),
        }),
      )
      .meta({ description: 'Those that are expected, the worst first.' }),
  })
  .nullable()
  .meta({
    id: 'Coverage',
    description: 'What is promised of each key of a table, and how each stands; null: nothing is promised of single keys.',
  })
export type ApiCoverage = z.infer<typeof coverageSchema>

/** The keys that turned a feed. */
export const overdueKeysSchema = z
  .array(
    z.object({
      asset: z.string(),
      column: z.string(),
      key: z.string(),
      status: z.enum(['late', 'stale']),
      newestAt,
      since: instant.meta({ description: 'From when on it is late.' }),
    }),
  )
  .meta({ description: 'The keys because of which assets it is judged by are late or stale; mostly none.' })
type ApiOverdueKey = z.infer<typeof overdueKeysSchema>[number]

const text = (at: number) => new Date(at).toISOString()
const maybeText = (at: number | null) => (at === null ? null : text(at))

/** Coverage as the API tells it. */
export function toCoverage(promise: KeyPromise | null, keys: readonly KeyView[]): ApiCoverage {
  if (promise === null) return null
  const told = keys.map(({ key, status, newestAt, lateAt, newSince }) => {
    return { key, status, newestAt: maybeText(newestAt), lateAt: text(lateAt), newSince: maybeText(newSince) }
  })
  return { column: promise.column, promise: keyPromiseInWords(promise), keys: told }
}

/** A key that is late as the API tells it. */
export function toOverdueKey({ newestAt, since, ...one }: OverdueKey): ApiOverdueKey {
  return { ...one, newestAt: maybeText(newestAt), since: text(since) }
}

/** Keys turn without anything being written: where a reader sees some, each minute has a mark of its own. */
export async function markOfKeys(ctx: Context): Promise<string> {
  const { rows } = await ctx.pool.query<{ hasSome: boolean }>('select exists (select 1 from key_reading) as "hasSome"')
  return rows[0]?.hasSome ? String(Math.floor(ctx.clock.now() / MINUTE_MS)) : ''
}
