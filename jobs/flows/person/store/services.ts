import { type Curation, compileAllowLists, type ServiceFilter } from '#jobs/flows/documents/curation.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { hasContent } from '#lib/records/allow-list.ts'

/** Reads and compiles the allow-lists of the person services; says of those that cannot be used why. */
export async function readServices(ctx: Pick<FlowContext<unknown>, 'lake' | 'log'>): Promise<Curation> {
  const filters = await ctx.lake.query<ServiceFilter>(
    'select service, paths, population as "group" from person_curated.person_schema_service_filters',
  )
  const curation = compileServices(filters)
  for (const problem of curation.problems) ctx.log.warn(`An allow-list cannot be used, its service is published to nobody: ${problem}`)
  return curation
}

/** Compiles allow-lists; the `group` of a list is the population whose people alone it shows. */
export function compileServices(filters: readonly ServiceFilter[]): Curation {
  return compileAllowLists(filters, saysSomething)
}

/** Whether there is anything beyond who it is. */
function saysSomething(part: unknown): boolean {
  if (!isJsonObject(part)) return false
  const { personid: _person, ...content } = part
  return hasContent(content)
}
