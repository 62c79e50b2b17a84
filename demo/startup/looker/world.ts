import { BOARDS, EXPLORES, MODEL } from './start-up.ts'

export interface LookerQuery {
  id: string
  model: string
  view: string
  fields: string[]
  filters?: Record<string, string>
  dynamic_fields?: string
}

export interface LookerElement {
  /** null: it is of a dashboard written in LookML. */
  id: string | null
  title: string | null
  type: 'vis' | 'text' | 'button'
  query?: LookerQuery
  look_id?: string
  merge_result_id?: string
  sql_query_id?: string
  deleted_at?: string
}

export interface LookerDashboard {
  id: string
  title: string
  folder: string
  deleted?: boolean
  /** When somebody edited it. */
  updated_at: string
  user_name?: string
  elements: LookerElement[]
}

export interface LookerLook {
  id: string
  title: string
  folder: string
  deleted?: boolean
  updated_at: string
  query: LookerQuery
}

export interface LookerFolder {
  id: string
  name: string
  parent_id: string | null
  is_personal?: boolean
}

export interface LookerExplore {
  view_name: string
  sql_table_name: string | null
  joins: { name: string; from?: string; sql_table_name: string | null; required_joins?: string[]; dependent_fields: string[] }[]
  /** By name `<view>.<field>`; the view stands in `views/<view>.view.lkml`. */
  fields: { name: string; sql?: string; kind: 'dimension' | 'measure' }[]
  connection: string
}

/** Everything a stand-in knows; whoever holds it may change it between two questions. */
export interface LookerWorld {
  folders: LookerFolder[]
  dashboards: LookerDashboard[]
  looks: LookerLook[]
  /** By `<model>/<explore>`. */
  explores: Map<string, LookerExplore>
  /** LookML by the path of its file. */
  files: Map<string, string>
  queries: Map<string, LookerQuery>
  mergeQueries: Map<string, string[]>
  sqlQueries: Map<string, { sql: string; connection: string }>
  /** Instants in ms; Looker tells seconds. */
  datagroups: { model: string; name: string; triggeredAt: number; error: string | null }[]
  builds: { model: string; view: string; status: 'done' | 'failed'; endedAt: number }[]
  /** The newest value of a field, by `<model>/<explore>/<view>.<field>`. */
  newest: Map<string, string | null>
  /** What its account may not see is answered as if there were none. */
  hidden: Set<string>
}

export function emptyWorld(): LookerWorld {
  const folders = [{ id: '1', name: 'Shared', parent_id: null }]
  return {
    ...{ folders, dashboards: [], looks: [], explores: new Map(), files: new Map(), queries: new Map(), mergeQueries: new Map() },
    ...{ sqlQueries: new Map(), datagroups: [], builds: [], newest: new Map(), hidden: new Set() },
  }
}

const fieldName = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')

/** The Looker of the start-up: four folders with twelve dashboards, a text on each, one that was thrown away, and somebody's own. */
export function startUpWorld(): LookerWorld {
  const world = emptyWorld()
  for (const [name, line] of Object.entries(EXPLORES)) addExplore(world, name, line)
  for (const [at, folder] of [...new Set(BOARDS.map(([name]) => name))].entries())
    world.folders.push({ id: String(10 + at), name: folder, parent_id: '1' })
  BOARDS.forEach((board, at) => void world.dashboards.push(toDashboard(world, board, at)))
  world.folders.push({ id: '50', name: 'Users', parent_id: null }, { id: '51', name: 'Ada', parent_id: '50', is_personal: true })
  const spare = (id: string, folder: string, deleted: boolean): LookerDashboard => {
    return {
      id,
      title: 'Try-out',
      folder,
      deleted,
      updated_at: '2026-09-01T08:00:00.000+00:00',
      elements: [tile(`${id}1`, 'Orders', 'orders', ['orders.orders'])],
    }
  }
  world.dashboards.push(spare('90', '10', true), spare('91', '51', false))
  world.datagroups.push({ model: MODEL, name: 'nightly', triggeredAt: Date.parse('2026-11-20T06:00:00Z'), error: null })
  world.builds.push({ model: MODEL, view: 'retention', status: 'done', endedAt: Date.parse('2026-11-20T06:10:00Z') })
  return world
}

function addExplore(world: LookerWorld, name: string, { table, joins = {}, built }: (typeof EXPLORES)[string]): void {
  const asked = BOARDS.filter(([, , explore]) => explore === name)
  const measures = asked
    .flatMap(([, , , shown]) => shown)
    .map((measure) => ({ name: `${name}.${fieldName(measure)}`, kind: 'measure' as const }))
  const breakdowns = asked
    .flatMap(([, , , , by]) => by)
    .map((by) => ({ name: by.includes('.') ? by : `${name}.${by}`, kind: 'dimension' as const }))
  world.explores.set(`${MODEL}/${name}`, {
    view_name: name,
    sql_table_name: built === undefined ? table : null,
    joins: Object.entries(joins).map(([view, sql_table_name]) => ({
      name: view,
      sql_table_name,
      dependent_fields: [`${name}.${view}_id`, `${view}.id`],
    })),
    fields: [...measures, ...breakdowns],
    connection: 'snowflake',
  })
  const from =
    built === undefined ? `sql_table_name: ${table} ;;` : `derived_table: {\n    datagroup_trigger: nightly\n    sql: ${built} ;;\n  }`
  world.files.set(`views/${name}.view.lkml`, `view: ${name} {\n  ${from}\n  dimension: id { primary_key: yes sql: \${TABLE}.id ;; }\n}\n`)
  for (const [view, joined] of Object.entries(joins))
    world.files.set(`views/${view}.view.lkml`, `view: ${view} {\n  sql_table_name: ${joined} ;;\n}\n`)
}

function toDashboard(
  world: LookerWorld,
  [folder, title, explore, measures, breakdowns]: (typeof BOARDS)[number],
  at: number,
): LookerDashboard {
  const id = String(12 + at)
  const pairs = measures.flatMap((measure) => breakdowns.map((by) => ({ measure, by })))
  const tiles = pairs.map(({ measure, by }, n) => {
    const breakdown = by.includes('.') ? by : `${explore}.${by}`
    const words = by.replace(/^(\w+?)s?\.(\w+)$/, (_, view: string, field: string) => (field === 'name' ? view : `${view} ${field}`))
    return tile(`${id}${String(n + 1).padStart(2, '0')}`, `${measure} by ${words}`, explore, [
      `${explore}.${fieldName(measure)}`,
      breakdown,
    ])
  })
  for (const { query } of tiles) if (query !== undefined) world.queries.set(query.id, query)
  const text: LookerElement = { id: `${id}00`, title: null, type: 'text' }
  const within = world.folders.find(({ name }) => name === folder)?.id ?? '1'
  return { id, title, folder: within, updated_at: '2026-10-05T09:30:00.000+00:00', user_name: 'Data team', elements: [text, ...tiles] }
}

/** A tile with a query of its own. */
export function tile(id: string, title: string, explore: string, fields: string[]): LookerElement & { query: LookerQuery } {
  return { id, title, type: 'vis', query: { id: `q${id}`, model: MODEL, view: explore, fields } }
}
