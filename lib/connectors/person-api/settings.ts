import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'

export const personApiSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be the address of the person API' }),
  key: z.string().min(1),
  timeout: durationSchema.default(1_200_000),
})
export type PersonApiSettings = z.infer<typeof personApiSettings>
