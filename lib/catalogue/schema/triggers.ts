import { z } from 'zod'
import { FILE_WAYS } from '#lib/domain/runs/triggers.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { timeOfDaySchema, zoneSchema } from '#lib/domain/time/local-day.ts'
import { byteSizeSchema } from '#lib/domain/values/byte-size.ts'
import { weekdaysSchema } from './weekdays.ts'

/** How often is looked for files where nobody wrote it. */
export const LIST_EVERY_MS = 5 * MINUTE_MS

const TRIGGERS_MAX = 20
const PLACE = /^[A-Za-z][A-Za-z0-9_-]{0,99}(\/\S(.*\S)?)?$/
const CONNECTION = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/
const FEED = /^[A-Za-z][A-Za-z0-9_-]{0,99}\/[A-Za-z][A-Za-z0-9_-]{0,99}$/

const MEMBER = /^[^.\s]+(\.[^.\s]+)*$/
const scalar = z.union([z.string().max(200), z.number(), z.boolean()])
const wantedSchema = z.union([scalar, z.array(scalar).min(1, 'must hold at least one value').max(50, 'must hold at most 50 values')])

const triggerSchema = z
  .strictObject({
    file: z
      .string()
      .max(500, 'is longer than 500 characters')
      .regex(PLACE, 'is not a place for files; write <connection>/<where>, such as shop/incoming')
      .optional()
      .describe('A file that lands there: a connection and where in it, <connection>/<bucket>/<folder>.'),
    match: z
      .string()
      .min(1, 'must not be empty')
      .max(500, 'is longer than 500 characters')
      .optional()
      .describe('Which files, by their path below that place: "*" stands for anything between slashes, "**" for anything at all.'),
    by: z
      .enum(FILE_WAYS)
      .optional()
      .describe('How it becomes known: by the queue of the connection (the default where it has one), by listing, or by a push.'),
    every: durationSchema
      .refine((ms) => ms >= 10 * SECOND_MS && ms <= DAY_MS, 'must be between 10s and 1d')
      .optional()
      .describe('How often the place is listed; by default every 5m.'),
    least: byteSizeSchema.optional().describe('A file that is told to be smaller fails with that as its reason.'),
    most: byteSizeSchema.optional().describe('A file that is told to be larger fails with that as its reason.'),
    fresh: z
      .array(z.string().regex(FEED, 'is not a feed; write <group>/<feed>, such as records/terms'))
      .min(1, 'must hold at least one feed')
      .max(50, 'must hold at most 50 feeds')
      .optional()
      .describe('Feeds: once a day, when all of them are of today.'),
    message: z
      .string()
      .regex(CONNECTION, 'is not the key of a connection')
      .optional()
      .describe('A message in the queue of a connection; members of its body that the flow takes are its parameters.'),
    push: z
      .boolean()
      .refine((isPush) => isPush, 'must be true')
      .optional()
      .describe('A request at /api/v1/flows/<flow>/push, with a token of scope push.'),
    where: z
      .record(z.string().regex(MEMBER, 'is not a place in a message; write names with dots between, such as order.kind'), wantedSchema)
      .refine((wanted) => Object.keys(wanted).length > 0, 'must name at least one place')
      .optional()
      .describe('Of a message or a push: what it has to say to be taken, by places in it.'),
  })
  .refine(
    ({ file, fresh, message, push }) => [file, fresh, message, push].filter((one) => one !== undefined).length === 1,
    'must name one of file, fresh, message and push',
  )
export type WrittenTrigger = z.infer<typeof triggerSchema>

/** What may stand under every flow about when it runs beside its schedule. */
export const TRIGGER_SHAPE = {
  on: z
    .array(triggerSchema)
    .min(1, 'must hold at least one')
    .max(TRIGGERS_MAX, `must hold at most ${TRIGGERS_MAX}`)
    .optional()
    .describe('What asks for a run beside the schedule; at most one run goes on at a time.'),
  debounce: durationSchema
    .refine((ms) => ms >= SECOND_MS && ms <= DAY_MS, 'must be between 1s and 1d')
    .optional()
    .describe('How long it has to be quiet before such a run begins.'),
  when: z
    .strictObject({
      days: weekdaysSchema.optional().describe('mon-fri, or a list of days; by default every day.'),
      from: timeOfDaySchema.optional().describe('From this time of day on; by default from midnight.'),
      to: timeOfDaySchema.optional().describe('Until then, the next day where that is not later; by default until midnight.'),
      zone: zoneSchema.optional().describe('By default the zone of the flow, else of the page.'),
    })
    .refine((when) => when.days !== undefined || when.from !== undefined || when.to !== undefined, 'must say days, from or to')
    .optional()
    .describe('When such a run may begin; what comes at another time waits.'),
}
