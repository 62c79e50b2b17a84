import { isNotShown } from '#lib/connectors/kit/answer.ts'
import type { Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import { tablesInSql } from '#lib/connectors/kit/sql/tables-in-sql.ts'
import type { MetabaseApi } from './api.ts'
import type { Connected } from './settings.ts'
import type { Card, Database, Table } from './shapes.ts'
import { sourcesOfQuery } from './sources-of-query.ts'

/** Where things lie that are in no collection. */
const ROOT = 'Our analytics'
const NO_SQL = new Set(['mongo', 'druid', 'googleanalytics'])
const MADE_FROM = 'Metabase tells no time of what it shows: it is as fresh as what it is made from.'

interface Around {
  databases: ReadonlyMap<number, Database>
  tables: ReadonlyMap<number, Table>
  namespaces: Readonly<Record<string, string>>
}

/** Every card with the tables and cards that it reads, and every dashboard with the cards that it shows. */
export async function* discoverMetabase(connection: Connected, api: MetabaseApi): AsyncGenerator<Found> {
  const { namespaces } = connection.settings
  const databases = (await shownOr(connection, () => api.databases())) ?? []
  const tables = (await shownOr(connection, () => api.tables())) ?? []
  const around = { namespaces, databases: byId(databases), tables: byId(tables) }
  for (const card of await api.cards()) {
    const group = card.collection ?? ROOT
    const place = { group, owner: card.owner, labels: { folder: group, dashboard: card.name } }
    yield toShown(`cards/${card.id}`, card.name, originsOf(card, around), { ...place, url: `${api.webUrl}/question/${card.id}` })
  }
  for (const id of await api.dashboardIds()) {
    const dashboard = await shownOr(connection, () => api.dashboard(id))
    if (dashboard === undefined) continue
    const group = dashboard.collection ?? ROOT
    const upstream = dashboard.cards.map((card): FoundUpstream => ({ path: `cards/${card}`, hint: 'bi' }))
    const place = { group, owner: null, labels: { folder: group, dashboard: dashboard.name } }
    yield toShown(`dashboards/${id}`, dashboard.name, { upstream, gaps: [] }, { ...place, url: `${api.webUrl}/dashboard/${id}` })
  }
}

const byId = <T extends { id: number }>(all: readonly T[]) => new Map(all.map((one) => [one.id, one]))

/** What is kept from us, or gone since it was listed, hides nothing else; an answer that cannot be read says nothing of the kind. */
async function shownOr<T>({ log }: Connected, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!isNotShown(error)) throw error
    log.info('something of Metabase could not be read', { because: error.publicMessage })
    return undefined
  }
}

interface Origins {
  upstream: FoundUpstream[]
  gaps: string[]
}

function toShown(path: string, name: string, { upstream, gaps }: Origins, place: Pick<Found, 'group' | 'owner' | 'labels' | 'url'>): Found {
  const policy = { input: { kind: 'upstream' }, because: [MADE_FROM, ...gaps].join(' ') }
  return { path, kind: 'consumer', name, settings: {}, upstream, policy, gaps, ...place }
}

function originsOf({ query, database }: Card, { databases, tables, namespaces }: Around): Origins {
  const sources = sourcesOfQuery(query)
  if (sources === null) return { upstream: [], gaps: ['Its query is nested too deeply to be followed.'] }
  const { name: called, engine } = (database === null ? undefined : databases.get(database)) ?? {}
  const namespace = called == null ? undefined : namespaces[called]
  const named = (name: string): FoundUpstream => ({ name, ...(namespace !== undefined && { namespace }), hint: 'bi' })
  const known = sources.tables.map((id) => tables.get(id))
  const isSql = engine == null || !NO_SQL.has(engine)
  const read = sources.texts.map((text) => (isSql ? tablesInSql(text) : { tables: [], unknown: [], views: [] }))
  const made = read.flatMap(({ unknown, views }) => [...unknown, ...views])
  return {
    upstream: [
      ...known.flatMap((table) => (table === undefined ? [] : named(table.schema ? `${table.schema}.${table.name}` : table.name))),
      ...[...new Set(read.flatMap((one) => one.tables))].map(named),
      ...sources.cards.map((id): FoundUpstream => ({ path: `cards/${id}`, hint: 'bi' })),
    ],
    gaps: [
      ...(known.includes(undefined) ? ['It reads a table that Metabase does not show to our key.'] : []),
      ...(sources.followsKeys ? ['It follows a foreign key to a table that its query does not name.'] : []),
      ...(isSql || sources.texts.length === 0 ? [] : [`Its query is in the words of ${engine}: what it reads is not known.`]),
      ...made.map((name) => `It reads a table whose name is made when it runs: "${name}".`),
    ],
  }
}
