import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

/** What one run tells without sense harms no other. */
const text = z.string().nullish().catch(null)
const count = z.number().nonnegative().nullish().catch(null)

/** What every answer comes in: also one that looks like a good one says no in it. */
export const envelopeSchema = z.object({
  response_map: z.unknown().optional(),
  http_status_code: z.number(),
})

/** What tells a run to stop is answered with a status, which may stand elsewhere. */
export const statusSchema = z.object({ http_status_code: z.unknown() })

export const pageSchema = z.object({ entries: z.array(z.looseObject({ id: z.string() })), total: z.number().nonnegative().nullish() })

/** A run of a pipeline, as the list tells it. */
export const entrySchema = z
  .object({
    id: z.string(),
    /** What the pipeline is called. */
    label: text,
    /** `/ORG/projects/Admin`: the project that it lies in. */
    path_id: text,
    state: text,
    create_time: moment,
    /** When it came into its state. */
    state_timestamp: moment,
    documents: count,
    error_documents: count,
    invoker: text,
    parent_ruuid: text,
  })
  .transform((entry) => ({
    id: entry.id,
    label: entry.label ?? null,
    project: entry.path_id ?? null,
    state: entry.state ?? '',
    madeAt: entry.create_time,
    stateAt: entry.state_timestamp,
    documents: entry.documents ?? null,
    /** null: it does not tell. */
    errors: entry.error_documents ?? null,
    invoker: entry.invoker ?? null,
    parent: entry.parent_ruuid ?? null,
  }))
export type Entry = z.output<typeof entrySchema>

const said = z.union([z.string(), z.looseObject({ message: text, error: text, reason: text, resolution: text })])

/** Why a run has failed, as far as it says; what else stands there is no words. */
export const detailSchema = z.object({ state: text, reason: text, failure: text, error_list: z.array(said).nullish().catch(null) })
export type Detail = z.output<typeof detailSchema>
