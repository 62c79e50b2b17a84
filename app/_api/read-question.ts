import { readQuery, refuse } from '#app/_lib/respond.ts'
import type { QuestionSchema } from '#lib/queries/api/list.ts'

/** The query of an address as its schema has it; what is unknown, doubled or does not fit is refused in words, all of it at once. */
export function readQuestion<Q>(request: Request, schema: QuestionSchema<Q>): Q {
  const parsed = schema.safeParse(Object.fromEntries(readQuery(request, Object.keys(schema.shape))))
  if (parsed.success) return parsed.data
  throw refuse(parsed.error.issues.map(({ path, message }) => `"${path.join('.')}" ${message}.`).join(' '))
}
