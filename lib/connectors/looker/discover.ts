import { z } from 'zod'
import { isNotShown } from '#lib/connectors/kit/answer.ts'
import type { Connection, Found } from '#lib/connectors/kit/connector.ts'
import type { LookerApi } from './api.ts'
import { type FolderPlace, folderPlaces } from './folder-paths.ts'
import { OriginReader, type Origins } from './origins.ts'
import type { LookerSettings } from './settings.ts'
import {
  DASHBOARD,
  DASHBOARD_ENTRY,
  type DashboardEntry,
  dashboardEntry,
  dashboard as dashboardShape,
  datagroup,
  type Element,
  folder,
  LOOK,
  type Look,
  look as lookShape,
  type Query,
} from './shapes.ts'
import { shownElements } from './tile-paths.ts'

/** Dashboards that are read ahead of the one being told. */
const AHEAD = 5
/** Looks lie in a folder, on no dashboard; they are told as if on one. */
const LOOKS = 'Looks'
const MADE_FROM = 'Looker tells no time of what it shows: it is as fresh as what it is made from.'

interface Around {
  api: LookerApi
  connection: Connection<LookerSettings>
  origins: OriginReader
  places: ReadonlyMap<string, FolderPlace>
  looks: ReadonlyMap<string, Look>
}

/** Every tile and look that shows data with the tables behind it, tables that Looker builds, and the groups by which it does. */
export async function* discoverLooker(api: LookerApi, connection: Connection<LookerSettings>): AsyncGenerator<Found> {
  const origins = new OriginReader(api, connection.settings.namespaces)
  const places = folderPlaces(
    await api.get('its folders', ['folders'], z.array(folder), { fields: 'id,name,parent_id,is_personal,is_personal_descendant' }),
  )
  const entries = await api.get('its dashboards', ['dashboards'], z.array(dashboardEntry), { fields: DASHBOARD_ENTRY })
  const looks = await Array.fromAsync(api.pages('its looks', ['looks', 'search'], lookShape, LOOK))
  const around = { api, connection, origins, places, looks: new Map(looks.map((one) => [one.id, one])) }
  for await (const tiles of ahead(
    entries.filter((entry) => isShown(entry, around)),
    (entry) => tilesOf(entry, around),
  ))
    yield* tiles
  for await (const found of ahead(
    looks.filter((one) => isShown(one, around)),
    (one) => toLook(one, around),
  ))
    yield* found
  for (const [path, { model, view, ...of }] of origins.built) yield toBuilt(path, model, view, warned(path, of, around))
  yield* datagroupsOf(around)
}

/** Works on a few at a time, in order. */
async function* ahead<T, R>(items: readonly T[], work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  for (const item of items) {
    const begun = work(item)
    // One that fails while an earlier one is awaited is no surprise: it is thrown in its turn.
    begun.catch(() => {})
    underWay.push(begun)
    if (underWay.length > AHEAD) yield await (underWay.shift() ?? begun)
  }
  for (const begun of underWay) yield await begun
}

function isShown({ deleted, folder: at }: Pick<Look, 'deleted' | 'folder'>, { places, connection }: Around): boolean {
  const isPersonal = at != null && places.get(at.id)?.isPersonal === true
  return deleted !== true && (connection.settings.personalFolders || !isPersonal)
}

async function tilesOf(entry: DashboardEntry, around: Around): Promise<Found[]> {
  const { api, connection } = around
  const { id } = entry
  try {
    const read = await api.get(`the dashboard ${id}`, ['dashboards', id], dashboardShape, { fields: DASHBOARD })
    if (read.deleted === true) return []
    const title = titleOf(read.title ?? entry.title, `Dashboard ${id}`)
    const place = {
      folder: folderOf(entry, around),
      dashboard: title,
      owner: read.user_name ?? null,
      url: `${api.webUrl}/dashboards/${encodeURIComponent(id)}`,
    }
    const tiles = shownElements(read.dashboard_elements ?? []).map(({ path, element }) =>
      toTile(`dashboards/${id}/${path}`, element, place, around),
    )
    return (await Promise.all(tiles)).flat()
  } catch (error) {
    // Deleted, or taken from our sight, since the list was read.
    if (!isNotShown(error)) throw error
    connection.log.info('a dashboard could not be read', { dashboard: id, because: error.publicMessage })
    return []
  }
}

interface TilePlace {
  folder: string
  dashboard: string
  owner: string | null
  url: string
}

async function toTile(path: string, element: Element, { owner, url, ...place }: TilePlace, around: Around): Promise<Found[]> {
  const origins = await around.origins.ofElement(element, (id) => lookQuery(id, around))
  if (origins === null) return []
  const name = titleOf(element.title, `Tile ${path.slice(path.lastIndexOf('/') + 1)}`)
  return [toShown(path, name, { ...place, tile: name }, { owner, url }, warned(path, origins, around))]
}

async function toLook(look: Look, around: Around): Promise<Found[]> {
  const { id, query, user_name: owner = null } = look
  const path = `looks/${id}`
  const origins = query == null ? { upstream: [], warnings: ['Looker does not tell its query.'] } : await around.origins.ofQuery(query)
  const name = titleOf(look.title, `Look ${id}`)
  const labels = { folder: folderOf(look, around), dashboard: LOOKS, tile: name }
  return [
    toShown(path, name, labels, { owner, url: `${around.api.webUrl}/looks/${encodeURIComponent(id)}` }, warned(path, origins, around)),
  ]
}

/** The query of a look that a tile shows: as a rule it was listed with all the others. */
async function lookQuery(id: string, { api, looks }: Around): Promise<Query | string> {
  const listed = looks.get(id)
  if (listed?.query != null) return listed.query
  try {
    const read = await api.get(`the look ${id}`, ['looks', id], lookShape, { fields: LOOK })
    return read.query ?? `The look ${id} that it shows has no query.`
  } catch (error) {
    if (!isNotShown(error)) throw error
    return error.publicMessage
  }
}

function toShown(
  path: string,
  name: string,
  labels: Record<string, string>,
  { owner, url }: Pick<TilePlace, 'owner' | 'url'>,
  { upstream, warnings }: Origins,
): Found {
  const policy = { input: { kind: 'upstream' }, because: [MADE_FROM, ...warnings].join(' ') }
  return { path, kind: 'consumer', name, settings: {}, upstream, policy, gaps: warnings, group: labels['folder'] ?? '', owner, url, labels }
}

function toBuilt(path: string, model: string, view: string, { upstream, warnings }: Origins): Found {
  const description = `A derived table of the model ${model} that Looker builds and keeps.`
  return {
    path,
    kind: 'table',
    name: view,
    settings: {},
    upstream,
    policy: null,
    gaps: warnings,
    group: model,
    description,
    labels: { model },
  }
}

async function* datagroupsOf({ api, connection }: Around): AsyncGenerator<Found> {
  try {
    for (const { model_name: model, name } of await api.get('its datagroups', ['datagroups'], z.array(datagroup))) {
      const description = `By it Looker builds tables and forgets answers of the model ${model}.`
      yield {
        path: `datagroups/${model}/${name}`,
        kind: 'source',
        name,
        settings: {},
        upstream: [],
        policy: null,
        group: model,
        description,
        labels: { model },
      }
    }
  } catch (error) {
    if (!isNotShown(error)) throw error
    connection.log.info('datagroups could not be read', { because: error.publicMessage })
  }
}

function warned(path: string, origins: Origins, { connection }: Around): Origins {
  for (const warning of origins.warnings) connection.log.warn('what something is made from is not known whole', { path, because: warning })
  return origins
}

/** LookML dashboards all lie in one folder: their model says which. */
function folderOf({ folder: at, ...of }: Pick<DashboardEntry, 'folder' | 'model' | 'id'> | Look, { places }: Around): string {
  const path = at == null ? '' : (places.get(at.id)?.path ?? at.name ?? '')
  const model = of.id.includes('::') ? of.id.slice(0, of.id.indexOf('::')) : null
  const named = path.trim() === '' ? 'No folder' : path
  return model === null ? named : `${named} / ${model}`
}

function titleOf(title: string | null | undefined, otherwise: string): string {
  const text = title?.trim() ?? ''
  return text === '' ? otherwise : text
}
