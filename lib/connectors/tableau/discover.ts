import { Readable, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import type { TableauApi } from './api.ts'
import { extractsOf, ownSources } from './extract-times.ts'
import { TableauMetadata, type ToldById } from './metadata.ts'
import { CALLED, type Connected, type Kind, pathOf } from './settings.ts'
import { type Content, type ExtractOrigins, sourceMetadata, type TableOf, type View, workbookMetadata } from './shapes.ts'

/** Where things lie that are in no project. */
const NO_PROJECT = 'No project'
const MADE_FROM = 'It has no extract of its own: it is as fresh as what it is made from.'
const OWN_SQL = 'It reads by SQL of its own that Tableau does not follow.'
const NOT_YET = 'The metadata of Tableau do not tell of it yet; they may be minutes behind.'
const NO_TABLE = 'Tableau names nothing that it reads.'

/** Every data source and workbook with what it is made from, and the views of workbooks. */
export async function* discoverTableau(connection: Connected, api: TableauApi): AsyncGenerator<Found> {
  const metadata = new TableauMetadata(connection, api)
  const { namespaces } = connection.settings
  const readable = new Readable()
  const workbooks = new Map<string, Content>()
  for (const kind of ['datasources', 'workbooks'] as const) {
    const all = await readableOf(api, kind, readable)
    const ids = all.map(({ id }) => id)
    const told = await metadata.ask('origins', kind, ids)
    for (const content of all) {
      if (kind === 'workbooks') workbooks.set(content.id, content)
      const origins = await readable.read(() => originsOf({ kind, api, namespaces, told, absence: metadata.absence }, content))
      if (origins !== undefined) yield toFound(kind, content, origins)
    }
  }
  for (const id of await api.ids('views')) {
    const view = await readable.read(() => api.view(id))
    const workbook = workbooks.get(view?.workbook ?? '')
    if (view !== undefined && workbook !== undefined) yield toView(view, workbook, api.webUrl)
  }
  readable.end()
}

async function readableOf(api: TableauApi, kind: Kind, readable: Readable): Promise<Content[]> {
  const all: Content[] = []
  for (const id of await api.ids(kind)) {
    const content = await readable.read(() => api.listed(kind, id))
    if (content !== undefined) all.push(content)
  }
  return all
}

interface Origins {
  upstream: FoundUpstream[]
  gaps: string[]
  /** Whether it has an extract of its own; null: not known. */
  hasExtract: boolean | null
}

interface Around {
  kind: Kind
  api: TableauApi
  namespaces: Readonly<Record<string, string>>
  told: ToldById | null
  absence: string | null
}

function originsOf({ kind, api, namespaces, told, absence }: Around, { id, hasExtracts }: Content): Origins {
  const one = told?.get(id)
  if (one?.item === undefined) return { upstream: [], hasExtract: hasExtracts, gaps: [one?.gap ?? absence ?? NOT_YET] }
  const read = (kind === 'datasources' ? sourceMetadata : workbookMetadata).safeParse(one.item)
  if (!read.success) throw refusedAnswer(api.system, `what its metadata tell of the ${CALLED[kind]} ${id} is not as Tableau writes it`)
  const upstream = upstreamOf(read.data, namespaces)
  const gaps = [
    ...(one.gap === null ? [] : [one.gap]),
    ...(read.data.containsUnsupportedCustomSql === true ? [OWN_SQL] : []),
    ...(upstream.length === 0 ? [NO_TABLE] : []),
  ]
  return { upstream, gaps, hasExtract: extractsOf(read.data).length > 0 }
}

function upstreamOf(told: ExtractOrigins, namespaces: Readonly<Record<string, string>>): FoundUpstream[] {
  if (!('embeddedDatasources' in told)) return tablesOf(told.upstreamTables ?? [], namespaces)
  const published = told.upstreamDatasources ?? []
  const tables = ownSources(told.embeddedDatasources).flatMap(({ upstreamTables }) => upstreamTables ?? [])
  return [
    ...published.map(({ luid }): FoundUpstream => ({ path: pathOf({ kind: 'datasources', id: luid }), hint: 'bi' })),
    ...tablesOf(tables, namespaces),
  ]
}

function tablesOf(tables: readonly TableOf[], namespaces: Readonly<Record<string, string>>): FoundUpstream[] {
  const named = new Map<string, FoundUpstream>()
  for (const table of tables) {
    const name = table.fullName?.trim() || [table.schema, table.name].filter(Boolean).join('.')
    const namespace = namespaces[table.database?.name ?? '']
    if (name !== '') named.set(`${namespace} ${name}`, { name, ...(namespace !== undefined && { namespace }), hint: 'bi' })
  }
  return [...named.values()]
}

function toFound(kind: Kind, { id, name, description, url, project, owner }: Content, { upstream, gaps, hasExtract }: Origins): Found {
  const path = pathOf({ kind, id })
  const isLive = hasExtract === false
  const group = project ?? NO_PROJECT
  return {
    ...{ path, kind: 'consumer', name, description, url, owner, group, upstream, gaps, labels: { folder: group, dashboard: name } },
    settings: isLive ? { live: true } : {},
    policy: isLive ? { input: { kind: 'upstream' }, because: [MADE_FROM, ...gaps].join(' ') } : null,
    job: isLive ? null : path,
  }
}

function toView({ id, name, contentUrl }: View, workbook: Content, webUrl: string): Found {
  const path = `${pathOf({ kind: 'workbooks', id: workbook.id })}/views/${id}`
  const group = workbook.project ?? NO_PROJECT
  return {
    ...{ path, kind: 'consumer', name, settings: {}, group, owner: workbook.owner, gaps: [] },
    labels: { folder: group, dashboard: workbook.name, view: name },
    upstream: [{ path: pathOf({ kind: 'workbooks', id: workbook.id }), hint: 'bi' }],
    policy: { input: { kind: 'upstream' }, because: 'A view shows what its workbook holds.' },
    url: contentUrl === null ? null : `${webUrl}/views/${contentUrl.replace('/sheets/', '/')}`,
  }
}
