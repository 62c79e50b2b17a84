import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { TERM_CODE } from '#lib/records/term-code.ts'

/** What the catalogue says under a connection of kind `snaplogic`: one connection per task. */
export const snapLogicSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be the address of the triggered task' }),
  key: z.string().min(1),
  /** A gateway in front wants `x-api-key`; SnapLogic itself wants a bearer token. */
  auth: z.enum(['x-api-key', 'bearer']).default('x-api-key'),
  /** What the task behind the address gives: courses of a term, people, or documents of any shape. */
  task: z.enum(['courses', 'people', 'documents']).default('courses'),
  /** The PeopleSoft environment the pipeline reads. */
  csEnv: z.string().min(1).default('prd'),
  /** How long the pipeline may think before and while it answers; 10 h for courses, 11 min otherwise. */
  timeout: durationSchema.optional(),
})
export type SnapLogicSettings = z.infer<typeof snapLogicSettings>

/** A course run may take hours; the person task answers within about five minutes and gives up after eleven. */
export function timeoutMsOf(settings: SnapLogicSettings): number {
  return settings.timeout ?? (settings.task === 'courses' ? 10 * HOUR_MS : 11 * MINUTE_MS)
}

export const taskAssetSettings = z.strictObject({
  /** Fingerprint this term's courses. Costs a whole pipeline run at every probe; without it we only see that the task answers. */
  term: z.string().regex(TERM_CODE).optional(),
  /** Fingerprint the documents of these parameters, at the same cost. */
  parameters: z.record(z.string(), z.string()).optional(),
})

/** What can be asked for. */
export const taskRequest = z
  .strictObject({
    path: z.string().optional(),
    term: z.string().regex(TERM_CODE, 'is not a term; it has four digits').optional(),
    persons: z.array(z.record(z.string(), z.json())).optional(),
    parameters: z.record(z.string(), z.string()).optional(),
  })
  .refine(({ term, persons, parameters }) => [term, persons, parameters].filter((one) => one !== undefined).length <= 1, {
    error: 'Ask for a term, for people or for documents by their parameters: one of the three.',
  })
