import { hash } from 'node:crypto'
import { type AllowTree, allowListProblems, compileAllowList, filterByAllowList, hasContent } from '#lib/domain/allow-list.ts'
import { isJsonObject, type JsonObject } from '#lib/domain/json.ts'

/** One row of course_curated.course_schema_service_filters. */
export interface ServiceFilter {
  service: string
  paths: string[]
}

/** What the services see of one course. */
export interface Views {
  /** Whether the whole document is worth publishing as `full`. */
  full: boolean
  /** By service, those that have anything to show. */
  documents: ReadonlyMap<string, string>
}

export interface Curation {
  /** Changes with any filter: rows made with another one are made again. */
  fingerprint: string
  /** All services with a usable allow-list, `full` not among them. */
  services: readonly string[]
  views(course: JsonObject): Views
  /** Filters that cannot be used, in words; their service is published to nobody. */
  problems: string[]
}

// Count up when the rules of curation change, so that everything is curated anew.
const RULES_VERSION = 1

/** Compiles the allow-lists once for a whole run. */
export function compileCuration(filters: readonly ServiceFilter[]): Curation {
  const problems: string[] = []
  const services: { service: string; tree: AllowTree }[] = []
  const sorted = filters.toSorted((a, b) => (a.service < b.service ? -1 : 1))
  for (const { service, paths } of sorted) {
    const wrong = allowListProblems(service, paths)
    if (wrong.length > 0) problems.push(`service "${service}": ${wrong.join('; ')}`)
    else services.push({ service, tree: compileAllowList(paths) })
  }
  return {
    fingerprint: hash('sha256', JSON.stringify([RULES_VERSION, sorted.map(({ service, paths }) => [service, paths])]), 'hex').slice(0, 16),
    problems,
    services: services.map(({ service }) => service),
    views: (course) => ({ full: saysSomething(course), documents: viewsOf(course, services) }),
  }
}

function viewsOf(course: JsonObject, services: readonly { service: string; tree: AllowTree }[]): Map<string, string> {
  const documents = new Map<string, string>()
  for (const { service, tree } of services) {
    const part = filterByAllowList(course, tree)
    if (saysSomething(part)) documents.set(service, JSON.stringify(part))
  }
  return documents
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
