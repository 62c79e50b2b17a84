import { z } from 'zod'
import { JUDGED_CLOCKS, LASTING_REASONS } from '#lib/domain/freshness/facts.ts'
import type { TableState } from './metadata.ts'

const readingsSchema = z.array(
  z.object({
    clock: z.enum(JUDGED_CLOCKS),
    at: z.number().nullable(),
    precision: z.enum(['instant', 'day']),
    orAt: z.number().optional(),
  }),
)

/** What the warehouse took on a day, as far as one state answers for it. */
const spentSchema = z.object({ day: z.string(), credits: z.number() })
export type Spent = z.infer<typeof spentSchema>

const lookStateSchema = z.object({
  /** What was asked; another question makes the rest worthless. */
  about: z.string(),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  created: z.number().nullable(),
  lastAltered: z.number().nullable(),
  readings: readingsSchema,
  /** When it was read, of what nothing tells whether it moved. */
  readAt: z.number().optional(),
  warnings: z.array(z.string()),
  spent: spentSchema.optional(),
})
export type LookState = z.infer<typeof lookStateSchema>

/** What the statements of an asset told, and when they were run. */
const toldSchema = z.object({
  /** What was asked; another question makes the rest worthless. */
  about: z.string(),
  readAt: z.number(),
  readings: readingsSchema,
  warnings: z.array(z.string()),
  /** Why they told nothing, and since when that has been so. */
  failure: z
    .object({ since: z.number(), publicMessage: z.string(), message: z.string(), lasting: z.enum(LASTING_REASONS).optional() })
    .optional(),
})
export type KeptTold = z.infer<typeof toldSchema>

/** What was kept of the look before; null: nothing that can be used. */
export function parseLookState(previous: Record<string, unknown> | null): LookState | null {
  const parsed = lookStateSchema.safeParse(previous)
  return parsed.success ? parsed.data : null
}

/** What an earlier look kept of what its statements told, also one that saw nothing. */
export function parseTold(previous: Record<string, unknown> | null): KeptTold | null {
  return toldSchema.safeParse(previous?.['told']).data ?? null
}

/** What an earlier look kept of its cost, also one that saw nothing. */
export function parseSpent(previous: Record<string, unknown> | null): Spent | null {
  return spentSchema.safeParse(previous?.['spent']).data ?? null
}

/**
 * How a table differs from the look before. `altered`: its time moved and nothing else, as a change of its definition, a statement that
 * wrote no row, and its upkeep do; `removed`: it has fewer rows, which a clean-up does, too.
 */
export type Difference = 'first' | 'same' | 'altered' | 'removed' | 'kept-in-order' | 'emptied' | 'replaced' | 'written'

/** Only `written` and `replaced` may be a write. */
export function compareLooks(before: LookState | null, table: TableState): Difference {
  if (before === null) return 'first'
  if (table.rows === 0 && before.rows !== 0) return 'emptied'
  if (table.created !== before.created) return table.rows === 0 ? 'altered' : 'replaced'
  const more = (table.rows ?? 0) - (before.rows ?? 0)
  if (more !== 0) return more > 0 ? 'written' : 'removed'
  if (table.bytes !== before.bytes) return table.isClustered ? 'kept-in-order' : 'written'
  return wasAltered(before, table) ? 'altered' : 'same'
}

/** Without a warehouse its time is not told. */
function wasAltered(before: LookState, { lastAltered }: TableState): boolean {
  return lastAltered !== null && before.lastAltered !== null && lastAltered !== before.lastAltered
}

/** The state after a look. */
export function toLookState(table: TableState, seen: Pick<LookState, 'about' | 'readings' | 'warnings'> & Partial<LookState>): LookState {
  const { rows, bytes, created, lastAltered } = table
  return { rows, bytes, created, lastAltered, ...seen }
}
