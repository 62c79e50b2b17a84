import { z } from 'zod'
import { PLACES, ROUTED_EVENTS, SEVERITIES } from '#lib/domain/messages/route.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { timeOfDaySchema, zoneSchema } from '#lib/domain/time/local-day.ts'

const BUDGET_MAX = 10_000
/** More lines than anybody reads in their order. */
export const ROUTES_MAX = 200

const name = z.string().trim().min(1, 'must not be empty')
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1, 'must hold at least one')])

/** A receiver of messages: what is not ours belongs to its kind. */
export const channelSchema = z.looseObject({
  kind: z.string().describe('How messages reach it.'),
  budget: z
    .int('is not a whole number')
    .min(1, 'must be at least 1')
    .max(BUDGET_MAX, `must be at most ${BUDGET_MAX}`)
    .optional()
    .describe('Messages a day, by the zone of the page; what comes after them is held back until the next day, and counted there.'),
})

/** What is told to whom, and when. */
export const routeSchema = z.strictObject({
  to: oneOrMore(name).describe('One of "channels", or several.'),
  groups: oneOrMore(name).optional().describe('Only what is wrong in these service groups.'),
  feeds: oneOrMore(name).optional().describe('Only what is wrong in these feeds.'),
  owners: oneOrMore(name).optional().describe('Only what is wrong in feeds of these owners.'),
  severity: z.enum(SEVERITIES).optional().describe('How bad it has to be: this, or worse; stale is the worst.'),
  place: z.enum(PLACES).optional().describe('root: only feeds that the trouble begins in; dependant: only those that others hold back.'),
  events: oneOrMore(z.enum(ROUTED_EVENTS))
    .default('incidents')
    .describe('incidents as they go on, or each turn of feeds; ready: that the data of a day have come.'),
  zone: zoneSchema.optional().describe('Of the quiet hours and the digest; by default that of the page.'),
  quiet: z
    .strictObject({ from: timeOfDaySchema, to: timeOfDaySchema })
    .refine(({ from, to }) => from !== to, 'must not begin and end at the same time; take it out if nobody is to be told')
    .optional()
    .describe('When nothing is sent: what happens then is told together afterwards, as far as it still matters.'),
  digest: oneOrMore(timeOfDaySchema).optional().describe('The times of day at which all that came since is told together.'),
  remind: durationSchema
    .refine((ms) => ms >= 10 * MINUTE_MS && ms <= 30 * DAY_MS, 'must be between 10m and 30d')
    .optional()
    .describe('How long after the last message it is told again that an incident goes on.'),
})

/** Keys of a channel that are ours. */
export const CHANNEL_KEYS: ReadonlySet<string> = new Set(Object.keys(channelSchema.shape))
