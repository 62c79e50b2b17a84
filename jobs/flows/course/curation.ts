import { type Curation, compileAllowLists, type ServiceFilter } from '#jobs/flows/documents/curation.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { hasContent } from '#lib/records/allow-list.ts'

/** Compiles the allow-lists of the course services once for a whole run. */
export function compileCuration(filters: readonly ServiceFilter[]): Curation {
  return compileAllowLists(filters, saysSomething)
}

/** Whether there is anything beyond which course it is: term details and the ids in `v2` are the key, not content. */
function saysSomething(part: unknown): boolean {
  if (!isJsonObject(part)) return false
  const { termDetails: _term, v2, ...content } = part
  if (hasContent(content)) return true
  if (!isJsonObject(v2)) return hasContent(v2)
  const { courseId: _course, sessionCode: _session, ...rest } = v2
  return hasContent(rest)
}
