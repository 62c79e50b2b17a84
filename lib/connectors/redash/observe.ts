import { gone } from '#lib/connectors/kit/answer.ts'
import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { RedashApi } from './api.ts'
import { type Connected, subjectOf } from './settings.ts'
import type { Dashboard, Query } from './shapes.ts'

const AT_ONCE = 4
/** So many queries are named. */
const NAMED = 3

/** Looks when the result of each query was made; a dashboard is as old as the oldest of what it shows. */
export async function* observeResults(
  connection: Connected,
  api: RedashApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  // What nobody gets in for fails as a whole, whichever asset is the first.
  await api.queryIds()
  yield* probeEach(connection, assets, ({ path }) => probe(api, path), AT_ONCE)
}

async function probe(api: RedashApi, path: string): Promise<Probe> {
  const subject = subjectOf(path)
  if (subject === null) throw gone(`${api.system} has nothing at ${path}.`)
  if (subject.kind === 'dashboards') return ofDashboard(api, await api.dashboard(subject.id))
  const query = await api.query(subject.id)
  if (query === undefined || query.isArchived)
    throw gone(`${api.system} does not list the query ${subject.id}: there is none, it is archived, or somebody else's draft.`)
  const untold = query.at === null ? `${query.name} has no result in ${api.system} yet.` : undefined
  return made(query.at, [query], `The result of ${query.name} was made then.`, untold)
}

async function ofDashboard(api: RedashApi, { name, queries: ids, hidden }: Dashboard): Promise<Probe> {
  const found = await Promise.all(ids.map((id) => api.query(id)))
  const queries = found.filter((query) => query !== undefined)
  const oldest = queries.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))[0]
  const unlisted = ids.filter((_, i) => found[i] === undefined).map(String)
  const without = queries.filter(({ at }) => at === null).map((query) => query.name)
  const untold = whyUntold(api.system, name, { hidden, unlisted, without, isEmpty: ids.length === 0 })
  const at = untold === undefined ? (oldest?.at ?? null) : null
  return made(at, queries, `The oldest of its ${queries.length} results, that of ${oldest?.name}, was made then.`, untold)
}

interface Missing {
  hidden: number
  unlisted: readonly string[]
  without: readonly string[]
  isEmpty: boolean
}

/** Of a part of what a dashboard shows nobody could say that it is the oldest. */
function whyUntold(system: string, name: string, { hidden, unlisted, without, isEmpty }: Missing): string | undefined {
  if (hidden > 0) return `${system} keeps ${hidden} of what ${name} shows from our account: let it see their data sources.`
  if (unlisted.length > 0)
    return `${name} shows what ${system} does not list to our account, so when it was made is not known: query ${some(unlisted)}. Publish it.`
  if (without.length > 0) return `${name} shows what has no result in ${system} yet: ${some(without)}.`
  return isEmpty ? `${name} shows no query in ${system}.` : undefined
}

function made(at: Instant | null, queries: readonly Query[], detail: string, untold: string | undefined): Probe {
  const asked = queries.filter(({ hasParameters }) => hasParameters).map(({ name }) => name)
  const warnings = asked.length === 0 ? [] : [`With parameters only the result of their usual values is told: ${some(asked)}.`]
  return lastLoaded(at, { method: 'result', strength: asked.length === 0 ? 'strong' : 'weak', detail }, untold, warnings)
}

function some(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return `${names.slice(0, NAMED).join(', ')}${more}`
}
