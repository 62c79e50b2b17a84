import { z } from 'zod'
import { misfitInWords } from '#lib/catalogue/resolve/flow-parameters.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

function readings(texts: readonly string[]): unknown[] {
  const [only] = texts
  if (texts.length !== 1 || only === undefined) return [[...texts], texts.map(asJson)]
  return [asJson(only), only, only.split(',')]
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function complaintsAbout(name: string, value: unknown, schema: z.ZodType): z.core.$ZodIssue[] {
  const parsed = schema.safeParse({ [name]: value })
  const issues = parsed.success ? [] : parsed.error.issues
  return issues.filter((issue) => issue.path[0] === name || (issue.code === 'unrecognized_keys' && issue.keys.includes(name)))
}

/** The reading the flow accepts, else one of the right kind, so that the message is about what was written. */
function bestReading(name: string, texts: readonly string[], schema: z.ZodType): unknown {
  const candidates = readings(texts).map((value) => ({ value, complaints: complaintsAbout(name, value, schema) }))
  const isOfItsKind = ({ complaints }: (typeof candidates)[number]) => complaints.every(({ code }) => code !== 'invalid_type')
  return (candidates.find(({ complaints }) => complaints.length === 0) ?? candidates.find(isOfItsKind) ?? candidates[0])?.value
}

/** Reads `name=value` words as the flow's parameters: JSON, plain text or a comma list, whichever the flow accepts; a repeated name is a
 * list. Names all that do not fit. */
export function readRunParameters(words: readonly string[], schema: z.ZodType): Record<string, unknown> {
  const byName = Map.groupBy(words, (word) => word.split('=')[0] ?? '')
  const values = [...byName].map(([name, written]) => {
    const texts = written.map((word) => word.slice(name.length + 1))
    if (name === '' || written.some((word) => !word.includes('='))) {
      throw new TidemarkError('invalid', { publicMessage: `"${written[0]}" is not a parameter. Write --param name=value.` })
    }
    return [name, bestReading(name, texts, schema)] as const
  })
  const parameters = Object.fromEntries(values)
  const parsed = schema.safeParse(parameters)
  if (parsed.success) return parameters
  throw new TidemarkError('invalid', { publicMessage: unknownInWords(parsed.error, schema) ?? misfitInWords(parsed.error) })
}

function unknownInWords(error: z.ZodError, schema: z.ZodType): string | null {
  const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  if (unknown.length === 0) return null
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape).sort() : []
  return `These parameters do not fit: there is no ${unknown.join(', ')}. The flow takes ${names.join(', ') || 'none'}.`
}
