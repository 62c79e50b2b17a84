import { z } from 'zod'

const name = z.string().nullish()
const named = z.object({ name }).nullish()

export const userSchema = z.object({ id: z.int(), common_name: name })

export const cardSchema = z
  .object({
    id: z.int(),
    name,
    archived: z.boolean().nullish(),
    database_id: z.int().nullish(),
    dataset_query: z.unknown(),
    collection: named,
    creator: z.object({ common_name: name }).nullish(),
  })
  .transform(({ id, name: called, archived, database_id: database, dataset_query: query, collection, creator }) => ({
    id,
    name: called?.trim() || `Card ${id}`,
    isArchived: archived === true,
    database: database ?? null,
    query,
    collection: collection?.name ?? null,
    owner: creator?.common_name ?? null,
  }))
export type Card = z.output<typeof cardSchema>

const ref = z.object({ id: z.int() })
const dashcard = z.object({ card_id: z.int().nullish(), series: z.array(ref).nullish() })

export const dashboardSchema = z
  .object({ id: z.int(), name, archived: z.boolean().nullish(), collection: named, dashcards: z.array(dashcard) })
  .transform(({ id, name: called, archived, collection, dashcards }) => ({
    id,
    name: called?.trim() || `Dashboard ${id}`,
    isArchived: archived === true,
    collection: collection?.name ?? null,
    /** Those it shows, each once; a text or heading has none. */
    cards: [
      ...new Set(dashcards.flatMap(({ card_id: own, series }) => [...(own == null ? [] : [own]), ...(series ?? []).map((one) => one.id)])),
    ],
  }))
export type Dashboard = z.output<typeof dashboardSchema>

export const foundSchema = z.object({
  total: z.int().nonnegative(),
  data: z.array(z.object({ id: z.int(), archived: z.boolean().nullish() })),
})

const database = z.object({ id: z.int(), name, engine: name })
/** In older ones it is the list alone. */
export const databasesSchema = z.union([z.array(database), z.object({ data: z.array(database) }).transform(({ data }) => data)])
export type Database = z.output<typeof database>

export const tableSchema = z.object({ id: z.int(), name: z.string(), schema: name, db_id: z.int() })
export type Table = z.output<typeof tableSchema>

/** A query that has failed is answered like one that has not. */
export const resultSchema = z.object({
  status: z.string(),
  data: z.object({
    cols: z.array(z.object({ name: z.string(), base_type: name })),
    rows: z.array(z.array(z.unknown())),
    rows_truncated: z.number().nullish(),
  }),
})
export type Result = z.output<typeof resultSchema>['data']
