import { z } from 'zod'
import { CAUSE_KINDS } from '#lib/domain/lineage/causes/cause.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { statusSchema, timeSchema } from './shapes.ts'

const text = z.string().nullable()

const heldSchema = z.object({
  subject: z.string().meta({ description: 'As `feed:terms`.' }),
  status: statusSchema,
  from: timeSchema,
  to: timeSchema,
})

const causeSchema = z.object({
  kind: z.enum(CAUSE_KINDS),
  key: text.meta({ description: `Of an asset, connection, flow or job; null: ${UNSEEN}.` }),
  name: z.string(),
  since: timeSchema.meta({ description: 'Since when it was wrong, maybe before the day.' }),
  run: text.meta({ description: 'The run because of which it was so.' }),
  incident: z.int().nullable().meta({ description: 'The incident that it was part of; null: none is known.' }),
  words: z.string().meta({ description: 'What was wrong and why, for people.' }),
  heldBack: z.array(heldSchema),
})

/** What broke on a day. */
export const daySchema = z
  .object({ day: z.string(), from: timeSchema, until: timeSchema.meta({ description: 'Its end, or now.' }), causes: z.array(causeSchema) })
  .meta({ id: 'Day', description: 'What broke on a day, why, and what that held back.' })
export type ApiDay = z.infer<typeof daySchema>
