import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { whySchema } from './why.ts'

/** What disappeared from its source stays in the catalogue for so long, gone and never green. */
const FORGET_AFTER_MS = 30 * DAY_MS

/** More rules than anybody reads in their order. */
export const RULES_MAX = 200

const pattern = z.string().trim().min(1, 'must not be empty').max(200, 'must not be longer than 200 characters')
const value = z.string().trim().min(1, 'must not be empty')

/** What a rule says that takes over what discovery found; the promise is added where all that may be promised is known. */
export const ADOPT_SHAPE = {
  from: pattern.describe('What it takes: <connection>/<path>; "*" stands for anything but "/", "**" for anything.'),
  group: pattern.describe('The service group, by its labels: "{folder}".'),
  feed: pattern.describe('The feed, by its labels: "{dashboard}".'),
  where: z
    .record(z.string(), z.union([value, z.array(value).min(1, 'must hold at least one value')]))
    .optional()
    .describe('Labels that must be equal to this, or to one of these.'),
  owner: pattern.optional().describe('The owner of its feeds; by default the one owner all that is in a feed has.'),
  why: whySchema.describe('Why what it takes exists, and the feeds it makes; what is written at them wins.'),
  kind: z.enum(['source', 'table', 'consumer']).optional(),
  promised: z.boolean().optional().describe('Whether a feed is judged by what this rule takes.'),
  forget: durationSchema
    .refine((ms) => ms >= DAY_MS && ms <= 400 * DAY_MS, 'must be between 1d and 400d')
    .default(FORGET_AFTER_MS)
    .describe('How long what disappeared from its source stays, as gone.'),
}
