import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

const name = z.string().nullish()
const user = z.object({ name }).nullish()

export const sessionSchema = z.object({ user: z.object({ name }) })

export const pageSchema = z.object({ count: z.int().nonnegative(), page_size: z.int().positive(), results: z.array(z.unknown()) })

/** A query as the list tells it: alone it does not say when its result was made. */
export const querySchema = z
  .object({
    id: z.int(),
    name,
    query: z.string().nullish(),
    retrieved_at: moment,
    data_source_id: z.int().nullish(),
    options: z.object({ parameters: z.array(z.unknown()).nullish() }).nullish(),
    is_archived: z.boolean().nullish(),
    user,
  })
  .transform(({ query: text, retrieved_at: at, data_source_id: source, options, is_archived: isArchived, ...of }) => ({
    id: of.id,
    name: of.name?.trim() || `Query ${of.id}`,
    owner: of.user?.name ?? null,
    text: text ?? '',
    at,
    source: source ?? null,
    hasParameters: (options?.parameters ?? []).length > 0,
    isArchived: isArchived === true,
  }))
export type Query = z.output<typeof querySchema>

export const entrySchema = z.object({ id: z.int(), is_archived: z.boolean().nullish() })

const widget = z.object({
  restricted: z.boolean().nullish(),
  visualization: z.object({ query: z.object({ id: z.int() }) }).nullish(),
})

export const dashboardSchema = z
  .object({ id: z.int(), name, is_archived: z.boolean().nullish(), user, widgets: z.array(widget) })
  .transform(({ id, name: called, is_archived: isArchived, user: owner, widgets }) => ({
    id,
    name: called?.trim() || `Dashboard ${id}`,
    owner: owner?.name ?? null,
    isArchived: isArchived === true,
    /** Those it shows, each once; a text shows none. */
    queries: [...new Set(widgets.flatMap(({ visualization }) => visualization?.query.id ?? []))],
    /** So many of its widgets are kept from our account. */
    hidden: widgets.filter(({ restricted }) => restricted === true).length,
  }))
export type Dashboard = z.output<typeof dashboardSchema>

/** What Redash says of a refresh, also where it refuses one. */
export const jobSchema = z.object({ job: z.object({ id: z.string().min(1), status: z.int(), error: z.string().nullish() }) })
export type RefreshJob = z.output<typeof jobSchema>['job']

export const refusalSchema = z.object({ job: z.object({ error: z.string() }) })

export const sourceSchema = z.object({ id: z.int(), name, type: name, syntax: name })
export type DataSource = z.output<typeof sourceSchema>
