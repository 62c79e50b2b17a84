import { z } from 'zod'
import { durationSchema } from '#lib/domain/duration.ts'

/** What the catalogue says under a connection of kind `snaplogic`. */
export const snapLogicSettings = z.strictObject({
  /** The whole address of the course task, without its parameters. */
  url: z.url({ protocol: /^https?$/, error: 'must be the address of the triggered task' }),
  key: z.string().min(1),
  /** A gateway in front wants `x-api-key`; SnapLogic itself wants a bearer token. */
  auth: z.enum(['x-api-key', 'bearer']).default('x-api-key'),
  /** The PeopleSoft environment the pipeline reads. */
  csEnv: z.string().min(1).default('prd'),
  /** How long the pipeline may think before and while it answers. */
  timeout: durationSchema.default(36_000_000),
})
export type SnapLogicSettings = z.infer<typeof snapLogicSettings>
