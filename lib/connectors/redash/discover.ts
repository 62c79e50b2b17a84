import { isNotShown, Readable } from '#lib/connectors/kit/answer.ts'
import type { Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import { tablesInSql } from '#lib/connectors/kit/sql/tables-in-sql.ts'
import type { RedashApi } from './api.ts'
import type { Connected } from './settings.ts'
import type { DataSource, Query } from './shapes.ts'

/** What Redash calls a data source whose tables are the results of its own queries. */
const OWN_RESULTS = 'results'

/** Every query with the tables that its SQL reads, and every dashboard with the queries that it shows. */
export async function* discoverRedash(connection: Connected, api: RedashApi): AsyncGenerator<Found> {
  const sources = await dataSourcesOf(connection, api)
  const readable = new Readable()
  for (const id of await api.queryIds()) {
    const query = await readable.read(() => api.query(id))
    if (query !== undefined && !query.isArchived) yield toQuery(query, sources, connection, api.webUrl)
  }
  for (const id of await api.dashboardIds()) {
    const dashboard = await readable.read(() => shownOr(connection, () => api.dashboard(id)))
    if (dashboard === undefined) continue
    const { name, owner, queries, hidden } = dashboard
    yield {
      ...{ path: `dashboards/${id}`, kind: 'consumer', name, settings: {}, policy: null, group: 'Dashboards', owner },
      upstream: queries.map((query) => ({ path: `queries/${query}`, hint: 'bi' })),
      url: `${api.webUrl}/dashboards/${id}`,
      labels: { dashboard: name },
      ...(hidden > 0 && { gaps: [`Redash keeps ${hidden} of what it shows from our account.`] }),
    }
  }
  readable.end()
}

/** What is kept from us, or gone since it was listed, hides nothing else; an answer that cannot be read says nothing of the kind. */
async function shownOr<T>({ log }: Connected, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!isNotShown(error)) throw error
    log.info('something of Redash could not be read', { because: error.publicMessage })
    return undefined
  }
}

async function dataSourcesOf(connection: Connected, api: RedashApi): Promise<Map<number, DataSource>> {
  const sources = (await shownOr(connection, () => api.dataSources())) ?? []
  return new Map(sources.map((source) => [source.id, source]))
}

function toQuery(query: Query, sources: ReadonlyMap<number, DataSource>, { settings }: Connected, webUrl: string): Found {
  const source = query.source === null ? undefined : sources.get(query.source)
  const label = source?.name ?? 'Queries'
  const namespace = settings.namespaces[label]
  return {
    ...{ path: `queries/${query.id}`, kind: 'consumer', name: query.name, settings: {}, policy: null, group: label, owner: query.owner },
    ...originsOf(query, source, namespace),
    url: `${webUrl}/queries/${query.id}`,
    labels: { dashboard: query.name, source: label },
  }
}

function originsOf({ text }: Query, source: DataSource | undefined, namespace: string | undefined): Pick<Found, 'upstream' | 'gaps'> {
  if (source?.syntax != null && source.syntax !== 'sql')
    return { upstream: [], gaps: [`Its query is in ${source.syntax}, not SQL: what it reads is not known.`] }
  const { tables, unknown, views } = tablesInSql(text)
  const gaps = [...unknown, ...views].map((name) => `It reads a table whose name is made when it runs: "${name}".`)
  return { upstream: tables.map((name) => upstreamOf(name, source?.type === OWN_RESULTS, namespace)), gaps }
}

function upstreamOf(name: string, isOwn: boolean, namespace: string | undefined): FoundUpstream {
  const [, id] = (isOwn && /^(?:cached_)?query_(\d+)(?:_\w+)?$/i.exec(name)) || []
  if (id !== undefined) return { path: `queries/${id}`, hint: 'bi' }
  return { name, ...(namespace !== undefined && { namespace }), hint: 'bi' }
}
