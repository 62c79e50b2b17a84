import { isNotShown } from '#lib/connectors/kit/answer.ts'
import type { FoundUpstream } from '#lib/connectors/kit/connector.ts'
import { type SqlSources, tablesInSql } from '#lib/connectors/kit/sql/tables-in-sql.ts'
import type { LookerApi } from './api.ts'
import { type DerivedTable, viewsInLookml, type WrittenView } from './lookml-views.ts'
import { once } from './once.ts'
import {
  type Element,
  EXPLORE,
  type Explore,
  explore as exploreShape,
  mergeQuery,
  type Query,
  SAVED_QUERY,
  SQL_QUERY,
  savedQuery,
  sqlQuery,
} from './shapes.ts'
import { filesOf, type UsedView, usedViews } from './used-views.ts'

/** What something shown in Looker is made from, and why that may not be all. */
export interface Origins {
  upstream: FoundUpstream[]
  warnings: string[]
}

/** A table that Looker builds and keeps. */
export interface BuiltTable extends Origins {
  model: string
  view: string
}

interface Place {
  model: string
  explore: Explore
  /** Views that are being followed: one that is made from itself would go on for ever. */
  within: readonly string[]
}

const NOTHING: Origins = { upstream: [], warnings: [] }
const because = (...warnings: string[]): Origins => ({ upstream: [], warnings })

/** Finds the tables behind queries: each explore and each file of LookML is read once, for all that need it. */
export class OriginReader {
  readonly #api: LookerApi
  readonly #namespaces: Readonly<Record<string, string>>
  readonly #explores = new Map<string, Promise<Explore | string>>()
  readonly #files = new Map<string, Promise<WrittenView[] | string>>()
  readonly #views = new Map<string, Promise<Origins>>()
  /** By path, those met so far. */
  readonly built = new Map<string, BuiltTable>()

  constructor(api: LookerApi, namespaces: Readonly<Record<string, string>>) {
    this.#api = api
    this.#namespaces = namespaces
  }

  /** A tile's; null when it shows no data: a text, a button. */
  async ofElement(element: Element, lookQuery: (id: string) => Promise<Query | string>): Promise<Origins | null> {
    const { query, look_id: lookId, result_maker: maker } = element
    const mergeId = element.merge_result_id ?? maker?.merge_result_id
    if (mergeId != null) return this.#ofMerge(mergeId)
    if (maker?.sql_query_id != null) return this.#ofSqlQuery(maker.sql_query_id)
    const own = query ?? maker?.query
    if (own != null) return this.ofQuery(own)
    if (lookId == null) return null
    const found = await lookQuery(lookId)
    return typeof found === 'string' ? because(found) : this.ofQuery(found)
  }

  /** Of a query on an explore. */
  async ofQuery(query: Query, within: readonly string[] = []): Promise<Origins> {
    const { model, view } = query
    if (!model || !view) return because('Its query names no explore.')
    const explore = await this.#explore(model, view)
    if (typeof explore === 'string') return because(explore)
    const place = { model, explore, within }
    return joined(await Promise.all(usedViews(query, explore).map((used) => this.#ofView(used, place))))
  }

  async #ofMerge(id: string): Promise<Origins> {
    const what = `the merged result ${id}`
    const merge = await this.#one(() => this.#api.get(what, ['merge_queries', id], mergeQuery, { fields: 'source_queries(query_id)' }))
    if (typeof merge === 'string') return because(merge)
    const ids = (merge.source_queries ?? []).flatMap(({ query_id: query }) => query ?? [])
    return joined(await Promise.all(ids.map((query) => this.#ofSavedQuery(query))))
  }

  async #ofSavedQuery(id: string): Promise<Origins> {
    const query = await this.#one(() => this.#api.get(`the query ${id}`, ['queries', id], savedQuery, { fields: SAVED_QUERY }))
    return typeof query === 'string' ? because(query) : this.ofQuery(query)
  }

  async #ofSqlQuery(id: string): Promise<Origins> {
    const query = await this.#one(() => this.#api.get(`the SQL ${id}`, ['sql_queries', id], sqlQuery, { fields: SQL_QUERY }))
    if (typeof query === 'string') return because(query)
    const sources = tablesInSql(query.sql ?? '')
    const views = sources.views.map((view) => `It reads the view ${view}, which a query in SQL alone does not say the place of.`)
    const told = this.#told(sources, query.connection_name ?? query.connection?.name, 'Its SQL')
    return { ...told, warnings: [...told.warnings, ...views] }
  }

  async #ofView(used: UsedView, place: Place): Promise<Origins> {
    if (used.tableName) return this.#ofTableName(used.tableName, used.view, place)
    // Kept only where nothing is being followed: two views made from each other would wait for each other.
    if (place.within.length > 0) return this.#ofWrittenView(used, place)
    return once(this.#views, JSON.stringify([place.model, place.explore.name, used.view]), () => this.#ofWrittenView(used, place))
  }

  #ofTableName(name: string, view: string, place: Place): Promise<Origins> {
    return this.#ofSources(tablesInSql(`SELECT * FROM ${name}`), `The view ${view}`, place)
  }

  /** A view whose table Looker does not tell: derived from others, or called like its table. */
  async #ofWrittenView(used: UsedView, place: Place): Promise<Origins> {
    const { view } = used
    if (place.within.includes(view)) return because(`The view ${view} is made from itself.`)
    const written = await this.#written(used, place.explore)
    if (typeof written === 'string') return because(`What the view ${view} is made from is not known: ${written}`)
    const inner = { ...place, within: [...place.within, view] }
    if (written.derived !== null) return this.#ofDerived(view, written.derived, inner)
    return this.#ofTableName(written.tableName ?? view, view, inner)
  }

  async #ofDerived(view: string, { sql, exploreSource, isPersisted }: DerivedTable, place: Place): Promise<Origins> {
    const { model, within } = place
    const origins =
      exploreSource === null
        ? await this.#ofSources(tablesInSql(sql ?? ''), `The derived table ${view}`, place)
        : await this.ofQuery({ model, view: exploreSource.explore, dynamic_fields: exploreSource.columns }, within)
    if (!isPersisted) return origins
    const path = `derived/${model}/${view}`
    this.built.set(path, { model, view, ...origins })
    return { ...origins, upstream: [{ path, hint: 'bi' }, ...origins.upstream] }
  }

  async #ofSources(sources: SqlSources, what: string, place: Place): Promise<Origins> {
    const own = this.#told(sources, place.explore.connection_name, what)
    const views = sources.views.map((view) => this.#ofView({ alias: view, view, tableName: null }, place))
    return joined([own, ...(await Promise.all(views))])
  }

  #told({ tables, unknown }: SqlSources, connection: string | null | undefined, what: string): Origins {
    const namespace = connection == null ? undefined : this.#namespaces[connection]
    return {
      upstream: tables.map((name) => ({ name, ...(namespace !== undefined && { namespace }), hint: 'bi' })),
      warnings: unknown.map((text) => `${what} reads a table whose name a template makes: "${text}". Which one that is cannot be known.`),
    }
  }

  #explore(model: string, name: string): Promise<Explore | string> {
    return once(this.#explores, JSON.stringify([model, name]), () => {
      const path = ['lookml_models', model, 'explores', name]
      return this.#one(() => this.#api.get(`the explore ${model}/${name}`, path, exploreShape, { fields: EXPLORE }))
    })
  }

  /** How a view is written: in the file of a field of it, or in another that its explore names. */
  async #written(used: UsedView, explore: Explore): Promise<WrittenView | string> {
    const { project_name: project } = explore
    if (!project) return 'Looker does not tell in which project it is written.'
    const { own, others } = filesOf(explore, used)
    const isIt = ({ name }: WrittenView) => name === used.view
    const first = own === null ? [] : await this.#file(project, own)
    if (typeof first === 'string') return first
    const elsewhere = first.some(isIt) ? [] : await Promise.all(others.map((path) => this.#file(project, path)))
    const all = [...first, ...elsewhere.flatMap((file) => (typeof file === 'string' ? [] : file))].filter(isIt)
    // A refinement of a view may leave its table to what it refines.
    const whole = all.find(({ tableName, derived }) => tableName !== null || derived !== null) ?? all[0]
    return whole ?? 'It is in no file of LookML that its explore names.'
  }

  #file(project: string, path: string): Promise<WrittenView[] | string> {
    return once(this.#files, JSON.stringify([project, path]), () =>
      this.#one(async () => viewsInLookml(await this.#api.file(project, path))),
    )
  }

  /** The answer, or in words why there is none of this one thing. */
  async #one<T>(ask: () => Promise<T>): Promise<T | string> {
    try {
      return await ask()
    } catch (error) {
      if (!isNotShown(error)) throw error
      return error.publicMessage
    }
  }
}

function joined(origins: readonly Origins[]): Origins {
  if (origins.length === 0) return NOTHING
  const upstream = new Map(origins.flatMap((one) => one.upstream).map((one) => [JSON.stringify(one), one]))
  return { upstream: [...upstream.values()], warnings: [...new Set(origins.flatMap((one) => one.warnings))] }
}
