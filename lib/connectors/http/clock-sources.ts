import { z } from 'zod'
import { JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\["([^"\]]+)"\]/y

/** The steps of `$.data.tables[0].updated_at`; null: it is none. */
export function parsePlace(text: string): (string | number)[] | null {
  const steps: (string | number)[] = []
  let at = text.startsWith('$') ? 1 : 0
  while (at < text.length) {
    STEP.lastIndex = at
    const [whole, name, index, quoted] = STEP.exec(text) ?? []
    if (whole === undefined) return null
    steps.push(index === undefined ? (name ?? quoted ?? '') : Number(index))
    at += whole.length
  }
  return steps.length === 0 ? null : steps
}

const sourceSchema = z.union([
  z.strictObject({ header: z.string().regex(/^[A-Za-z][\w-]{0,99}$/, 'is no name of a header') }),
  z.strictObject({
    json: z
      .string()
      .max(500)
      .refine((text) => parsePlace(text) !== null, 'does not read as $.data.updated_at or $.items[0].at'),
  }),
])
export type Source = z.infer<typeof sourceSchema>

/** Clocks that a header or a place in a JSON answer tells. */
export const toldClocksShape = {
  loadedAt: sourceSchema.optional(),
  writtenAt: sourceSchema.optional(),
  dataThroughAt: sourceSchema.optional(),
}

export type ToldClocks = Partial<Record<JudgedClock, Source | undefined>>

export const hasToldClocks = (told: ToldClocks) => JUDGED_CLOCKS.some((clock) => told[clock] !== undefined)
