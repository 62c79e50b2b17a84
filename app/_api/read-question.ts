import type { z } from 'zod'
import type { ActionFields } from '#app/_lib/accept-action.ts'
import { readQuery, refuse } from '#app/_lib/respond.ts'
import type { QuestionSchema } from '#lib/queries/api/list.ts'

/** The query of an address as its schema has it; what is unknown, doubled or does not fit is refused in words, all of it at once. */
export function readQuestion<Q>(request: Request, schema: QuestionSchema<Q>): Q {
  return accepted(schema.safeParse(Object.fromEntries(readQuery(request, Object.keys(schema.shape)))))
}

/** What is right of an address or a header, or all that is wrong with it in words. */
export function accepted<Q>(parsed: z.ZodSafeParseResult<Q>): Q {
  if (parsed.success) return parsed.data
  throw refuse(questionInWords(parsed.error))
}

/** What is wrong with a question. */
export function questionInWords({ issues }: z.ZodError): string {
  return [...new Set(issues.map(({ path, message }) => `"${String(path[0])}" ${message}.`))].join(' ')
}

/** What an order brings along as its schema has it; what does not fit is refused in the words of the schema, all of it at once. */
export function readBody<B>(fields: ActionFields, schema: z.ZodType<B>): B {
  const parsed = schema.safeParse(fields)
  if (parsed.success) return parsed.data
  throw refuse([...new Set(parsed.error.issues.map(({ message }) => message))].join(' '))
}
