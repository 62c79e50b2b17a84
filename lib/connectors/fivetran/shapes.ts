import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

const noteSchema = z.object({ code: z.string().nullish(), message: z.string().nullish() })

export const namedSchema = z.object({ id: z.string().min(1), group_id: z.string() })

export const syncSchema = namedSchema.extend({
  service: z.string(),
  schema: z.string(),
  paused: z.boolean().nullish(),
  schedule_type: z.string().nullish(),
  succeeded_at: moment,
  failed_at: moment,
  status: z.object({
    setup_state: z.string(),
    sync_state: z.string().nullish(),
    update_state: z.string().nullish(),
    is_historical_sync: z.boolean().nullish(),
    rescheduled_for: z.string().nullish(),
    tasks: z.array(noteSchema).nullish(),
    warnings: z.array(noteSchema).nullish(),
  }),
})
/** What Fivetran calls a connection: it carries one source into one destination. */
export type Sync = z.output<typeof syncSchema>

export const oneSchema = z.object({ code: z.literal('Success'), data: namedSchema.loose() })

export const doneSchema = z.object({ code: z.literal('Success') })

export const pageSchema = z.object({
  code: z.literal('Success'),
  data: z.object({ items: z.array(z.unknown()), next_cursor: z.string().nullish() }),
})
