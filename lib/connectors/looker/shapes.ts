import { z } from 'zod'

/** Ids are texts; older servers write numbers. */
const id = z.union([z.string(), z.number()]).transform(String)
const text = z.string().nullish()

export const folder = z.object({
  id,
  name: z.string(),
  parent_id: id.nullish(),
  is_personal: z.boolean().nullish(),
  is_personal_descendant: z.boolean().nullish(),
})
export type Folder = z.infer<typeof folder>

const query = z.object({
  id: id.nullish(),
  model: text,
  view: text,
  fields: z.array(z.string()).nullish(),
  pivots: z.array(z.string()).nullish(),
  fill_fields: z.array(z.string()).nullish(),
  sorts: z.array(z.string()).nullish(),
  filters: z.record(z.string(), z.unknown()).nullish(),
  filter_expression: text,
  dynamic_fields: text,
})
export type Query = z.infer<typeof query>
const QUERY = 'query(id,model,view,fields,pivots,fill_fields,sorts,filters,filter_expression,dynamic_fields)'

export const element = z.object({
  id: id.nullish(),
  lookml_link_id: text,
  title: text,
  deleted_at: z.unknown(),
  look_id: id.nullish(),
  merge_result_id: id.nullish(),
  query: query.nullish(),
  result_maker: z.object({ query: query.nullish(), sql_query_id: id.nullish(), merge_result_id: id.nullish() }).nullish(),
})
export type Element = z.infer<typeof element>
const ELEMENT = `id,lookml_link_id,title,deleted_at,look_id,merge_result_id,${QUERY},result_maker(sql_query_id,merge_result_id,${QUERY})`

const place = z.object({ id, name: text }).nullish()

export const dashboardEntry = z.object({
  id,
  title: text,
  deleted: z.boolean().nullish(),
  folder: place,
  model: z.object({ id }).nullish(),
})
export type DashboardEntry = z.infer<typeof dashboardEntry>
export const DASHBOARD_ENTRY = 'id,title,deleted,folder(id,name),model(id)'

export const dashboard = z.object({
  title: text,
  deleted: z.boolean().nullish(),
  user_name: text,
  dashboard_elements: z.array(element).nullish(),
})
export const DASHBOARD = `title,deleted,user_name,dashboard_elements(${ELEMENT})`

export const look = z.object({
  id,
  title: text,
  deleted: z.boolean().nullish(),
  folder: place,
  user_name: text,
  query: query.nullish(),
})
export type Look = z.infer<typeof look>
export const LOOK = `id,title,deleted,folder(id,name),user_name,${QUERY}`

const field = z.object({
  name: z.string(),
  view: text,
  original_view: text,
  sql: text,
  source_file: text,
})
const FIELD = 'name,view,original_view,sql,source_file'

export const explore = z.object({
  name: z.string(),
  project_name: text,
  connection_name: text,
  view_name: text,
  sql_table_name: text,
  always_join: z.array(z.string()).nullish(),
  joins: z
    .array(
      z.object({
        name: z.string(),
        from: text,
        sql_table_name: text,
        required_joins: z.array(z.string()).nullish(),
        dependent_fields: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  fields: z
    .object({ dimensions: z.array(field).nullish(), measures: z.array(field).nullish(), filters: z.array(field).nullish() })
    .nullish(),
})
export type Explore = z.infer<typeof explore>
export type ExploreField = z.infer<typeof field>
export const EXPLORE = [
  'name,project_name,connection_name,view_name,sql_table_name,always_join',
  'joins(name,from,sql_table_name,required_joins,dependent_fields)',
  `fields(dimensions(${FIELD}),measures(${FIELD}),filters(${FIELD}))`,
].join(',')

export const mergeQuery = z.object({ source_queries: z.array(z.object({ query_id: id.nullish() })).nullish() })
export const savedQuery = query
export const SAVED_QUERY = QUERY.slice('query('.length, -1)
export const sqlQuery = z.object({
  sql: text,
  connection_name: text,
  connection: z.object({ name: text }).nullish(),
})
export const SQL_QUERY = 'sql,connection_name,connection(name)'

export const datagroup = z.object({
  model_name: z.string(),
  name: z.string(),
  triggered_at: z.number().nullish(),
  trigger_error: text,
})
export type Datagroup = z.infer<typeof datagroup>
