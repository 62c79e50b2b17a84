import { hash } from 'node:crypto'
import type { JsonObject } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { type AllowTree, allowListProblems, compileAllowList, filterByAllowList } from '#lib/records/allow-list.ts'
import type { DocumentTables, KeyFields } from './tables.ts'

export interface ServiceFilter {
  service: string
  paths: string[]
  /** The only group whose documents the service is shown; null or absent: all. */
  group?: string | null
}

export interface Views {
  /** Whether the whole document is worth publishing as `full`. */
  full: boolean
  /** By service, those that have anything to show. */
  documents: ReadonlyMap<string, string>
}

export interface Curation {
  /** Changes with any allow-list: rows made by another one are made again. */
  fingerprint: string
  services: readonly string[]
  /** Those of them that are shown the documents of one group only. */
  ofOneGroup: readonly { service: string; group: string }[]
  views(document: JsonObject, groups?: readonly string[]): Views
  problems: string[]
}

interface Service {
  service: string
  tree: AllowTree
  group: string | null
}

type SaysSomething = DocumentTables<object>['saysSomething']

// Count up when the rules of curation change: everything is then curated anew.
const RULES_VERSION = 1

/** Makes missing tables of a kind of documents and compiles its allow-lists; warns of those that cannot be used. */
export async function openDocuments<Key extends KeyFields<Key>>(
  ctx: Pick<FlowContext<unknown>, 'lake' | 'log'>,
  { name, filters, filterGroup, saysSomething }: DocumentTables<Key>,
): Promise<Curation> {
  await ctx.lake.applySchema('documents.sql')
  await ctx.lake.applySchema(`${name}.sql`)
  const group = filterGroup === null ? '' : `, ${filterGroup} as "group"`
  const curation = compileAllowLists(await ctx.lake.query<ServiceFilter>(`select service, paths${group} from ${filters}`), saysSomething)
  for (const problem of curation.problems) ctx.log.warn(`An allow-list cannot be used, its service is published to nobody: ${problem}`)
  return curation
}

export function compileAllowLists(filters: readonly ServiceFilter[], saysSomething: SaysSomething): Curation {
  const problems: string[] = []
  const services: Service[] = []
  const sorted = filters.toSorted((a, b) => (a.service < b.service ? -1 : 1))
  for (const { service, paths, group } of sorted) {
    const wrong = allowListProblems(service, paths)
    if (wrong.length > 0) problems.push(`service "${service}": ${wrong.join('; ')}`)
    else services.push({ service, tree: compileAllowList(paths), group: group ?? null })
  }
  return {
    fingerprint: fingerprintOf(sorted),
    problems,
    services: services.map(({ service }) => service),
    ofOneGroup: services.flatMap(({ service, group }) => (group === null ? [] : [{ service, group }])),
    views: (document, groups = []) => ({
      full: saysSomething(document),
      documents: viewsOf(document, groups, services, saysSomething),
    }),
  }
}

function fingerprintOf(sorted: readonly ServiceFilter[]): string {
  const lists = sorted.map(({ service, paths, group }) => (group === undefined ? [service, paths] : [service, paths, group]))
  return hash('sha256', JSON.stringify([RULES_VERSION, lists]), 'hex').slice(0, 16)
}

function viewsOf(
  document: JsonObject,
  groups: readonly string[],
  services: readonly Service[],
  saysSomething: SaysSomething,
): Map<string, string> {
  const documents = new Map<string, string>()
  for (const { service, tree, group } of services) {
    if (group !== null && !groups.includes(group)) continue
    const part = filterByAllowList(document, tree)
    if (saysSomething(part)) documents.set(service, JSON.stringify(part))
  }
  return documents
}
