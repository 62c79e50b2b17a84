import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'

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
