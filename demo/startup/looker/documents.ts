import type { LookerDashboard, LookerElement, LookerLook, LookerQuery, LookerWorld } from './world.ts'

const place = (world: LookerWorld, id: string) => ({ id, name: world.folders.find((folder) => folder.id === id)?.name ?? '' })

function queryDocument({ filters = {}, dynamic_fields = '', ...query }: LookerQuery) {
  return {
    ...query,
    pivots: null,
    fill_fields: null,
    sorts: [`${query.fields[0]} desc`],
    filters,
    filter_expression: null,
    dynamic_fields,
    limit: '500',
    can: {},
  }
}

export function folderDocuments(world: LookerWorld) {
  return world.folders.map((folder) => ({ is_personal: false, is_personal_descendant: false, child_count: 0, can: {}, ...folder }))
}

/** In the list of all dashboards: without its tiles. */
export function dashboardEntry(world: LookerWorld, { id, title, folder, deleted = false }: LookerDashboard) {
  const model = id.includes('::') ? { id: id.slice(0, id.indexOf('::')), label: '' } : null
  return { id, title, deleted, folder: place(world, folder), model, hidden: false, readonly: model !== null, can: {} }
}

export function dashboardDocument(world: LookerWorld, dashboard: LookerDashboard) {
  const { elements, updated_at, user_name = null } = dashboard
  const seen = { last_accessed_at: updated_at, last_viewed_at: updated_at, created_at: '2025-02-01T10:00:00.000+00:00' }
  const refresh = { refresh_interval: null, refresh_interval_to_i: null, load_configuration: null }
  const shown = elements.map((element) => elementDocument(world, dashboard.id, element))
  return { ...dashboardEntry(world, dashboard), ...seen, ...refresh, updated_at, user_name, dashboard_elements: shown }
}

export function elementDocument(world: LookerWorld, dashboardId: string, element: LookerElement) {
  const { id, title, type, deleted_at = null, look_id = null, merge_result_id = null, sql_query_id = null } = element
  const own = element.query ?? world.looks.find((look) => look.id === look_id)?.query
  const query = own === undefined ? null : queryDocument(own)
  const isText = type !== 'vis'
  return {
    ...{ id, dashboard_id: dashboardId, title, type, deleted_at, look_id, merge_result_id, alert_count: 0, refresh_interval_to_i: null },
    ...{
      query_id: element.query?.id ?? null,
      query: element.query === undefined ? null : query,
      body_text: isText ? 'What these numbers mean.' : null,
    },
    result_maker: isText ? null : { id: `${id}`, query_id: query?.id ?? null, query, sql_query_id, merge_result_id, total: false },
  }
}

export function lookDocument(world: LookerWorld, { id, title, folder, deleted = false, updated_at, query }: LookerLook) {
  const seen = { updated_at, last_accessed_at: updated_at, last_viewed_at: updated_at }
  return {
    id,
    title,
    deleted,
    folder: place(world, folder),
    ...seen,
    user_name: null,
    model: { id: query.model },
    query_id: query.id,
    query: queryDocument(query),
  }
}

export function savedQueryDocument(query: LookerQuery) {
  return queryDocument(query)
}

export function exploreDocument(world: LookerWorld, model: string | undefined, name: string | undefined) {
  const found = world.explores.get(`${model}/${name}`)
  if (found === undefined) return null
  const { view_name, sql_table_name, joins, connection, fields } = found
  const realView = (alias: string) => joins.find((join) => join.name === alias)?.from ?? alias
  const toField = ({ name: field, sql = '' }: (typeof fields)[number]) => {
    const view = field.slice(0, field.indexOf('.'))
    return {
      name: field,
      view,
      original_view: realView(view),
      sql: sql === '' ? `\${TABLE}.${field.slice(view.length + 1)}` : sql,
      source_file: `views/${realView(view)}.view.lkml`,
      type: 'string',
    }
  }
  const of = (kind: string) => fields.filter((field) => field.kind === kind).map(toField)
  return {
    ...{
      id: `${model}::${name}`,
      name,
      model_name: model,
      project_name: model,
      connection_name: connection,
      view_name,
      sql_table_name,
      always_join: [],
    },
    joins: joins.map(({ from = null, required_joins = [], ...join }) => ({
      type: 'left_outer',
      relationship: 'many_to_one',
      from,
      required_joins,
      ...join,
    })),
    fields: { dimensions: of('dimension'), measures: of('measure'), filters: [], parameters: [] },
  }
}

export function datagroupDocuments({ datagroups }: LookerWorld) {
  const seconds = (ms: number) => Math.floor(ms / 1000)
  return datagroups.map(({ model, name, triggeredAt, error }, at) => ({
    ...{
      id: String(at + 1),
      model_name: model,
      name,
      triggered_at: seconds(triggeredAt),
      trigger_check_at: seconds(triggeredAt),
      trigger_error: error,
    },
    ...{ stale_before: seconds(triggeredAt), trigger_value: '1', created_at: 1_700_000_000, can: {} },
  }))
}
