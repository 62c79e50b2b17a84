import { z } from 'zod'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

/** Why a document was not taken, as an item of a bulk answer says it; what is behind that stands in it again. */
export const refusalSchema = z.object({
  type: z.string(),
  reason: z.string().nullish(),
  caused_by: z.object({ type: z.string(), reason: z.string().nullish() }).optional(),
})
type Refusal = z.infer<typeof refusalSchema>

const FIELD = String.raw`([\w.@-]+)`
/** What it says, and what of it we say: names of fields and limits, never a value. */
const KNOWN: readonly (readonly [said: RegExp, inWords: (found: string) => string])[] = [
  [new RegExp(`object mapping for \\[${FIELD}\\] tried to parse`), (field) => `its ${field} does not fit a field of type object`],
  [new RegExp(`immense term in field="${FIELD}"`), (field) => `its ${field} is longer than what is kept as a whole may be, 32,766 bytes`],
  [/limit of total fields \[(\d+)\]/i, (limit) => `it has fields of its own, and the index may have ${limit} in all`],
  [
    /(?:limit of mapping depth|depth of the field has exceeded the allowed limit of) \[(\d+)\]/i,
    (limit) => `it is deeper than ${limit} levels`,
  ],
  [/nested documents has exceeded the allowed limit of \[(\d+)\]/, (limit) => `its lists hold more than ${limit} objects`],
  [/field name cannot (?:be an empty string|contain only whitespace)/i, () => 'a field in it has no name'],
  [/field starting or ending with a \[\.\]/, () => 'the name of a field in it has a dot too many'],
]

/** Why a document is not taken, with its field where that is told. */
export function refusalInWords({ type, reason, caused_by: cause }: Refusal): string {
  const said = `${reason ?? ''}\n${cause?.reason ?? ''}`
  const [, field, kind] = /field \[([\w.@-]+)\] of type \[(\w+)\]/.exec(said) ?? []
  if (field !== undefined) return `its ${field} does not fit a field of type ${kind}`
  for (const [pattern, inWords] of KNOWN) {
    const found = pattern.exec(said)
    if (found !== null) return inWords(found[1] ?? '')
  }
  const [, other] = /field \[([\w.@-]+)\]/.exec(said) ?? []
  return other === undefined ? foreignWords(type.replaceAll('_', ' ')) : `its ${other} does not fit`
}
