import { z } from 'zod'
import { WEEKDAY_FIELDS } from '#lib/domain/freshness/announced-work.ts'
import {
  maintenanceAnnouncedSchema,
  maintenanceChangedSchema,
  maintenanceMeaningSchema,
  pauseEndedSchema,
} from '#lib/queries/api/answers.ts'
import { type Operations, order, read } from './operation.ts'

const subject = z
  .string()
  .regex(/^(everything$|(feed|group|asset):.)/)
  .max(600)
  .meta({ description: '`feed:terms`, `group:records`, `asset:lake/x`, or `everything`, which takes the role admin.' })
const note = z.string().max(500).optional().meta({ description: 'Why, for everybody to read.' })
const moment = z.string().optional().meta({ description: 'A day and time, by the clocks of the page: `2026-12-01T22:00`.' })
const time = z.string().optional().meta({ description: '`02:00`' })
const day = z.string().optional().meta({ description: '`2026-12-01`' })
const number = z.union([z.int(), z.string()]).optional()

const rule = {
  days: z.enum(['week', 'month']).optional(),
  interval: number.meta({ description: 'Every how many weeks or months; 1 where nothing is said.' }),
  ...Object.fromEntries(WEEKDAY_FIELDS.map((name) => [name, z.union([z.boolean(), z.string()]).optional()])),
  monthDay: number.meta({ description: '1 to 31, which is the last day.' }),
  begins: time,
  ends: time,
  first: day,
  last: day,
}

const when = {
  when: z.enum(['now', 'once', 'recurring']),
  for: z.string().optional().meta({ description: 'With `now`: `45m`, `2h`, `1d`.' }),
  from: moment,
  to: moment,
  ...rule,
}

const which = {
  subject,
  window: number.meta({ description: 'The id of one that is announced or goes on.' }),
  series: number.meta({ description: 'The id of what comes again.' }),
}

/** The addresses of announced work. */
export const MAINTENANCE_OPERATIONS: Operations = {
  '/api/v1/maintenance': {
    post: order('Announce maintenance', maintenanceAnnouncedSchema, {
      body: z.object({ subject, ...when, note }),
      description: 'Now, once, or again and again: weekdays of every so many weeks, or a day of every so many months.',
    }),
  },
  '/api/v1/maintenance/change': {
    post: order('Change announced maintenance', maintenanceChangedSchema, {
      body: z.object({ ...which, from: moment, to: moment, ...rule, note }),
      description: 'What was, and what has begun, stays as it is.',
    }),
  },
  '/api/v1/maintenance/end': { post: order('End or withdraw maintenance', pauseEndedSchema, { body: z.object(which) }) },
  '/api/v1/maintenance/preview': {
    get: read('What maintenance would mean', maintenanceMeaningSchema, {
      question: z.object({
        ...when,
        when: z.string().optional().meta({ description: '`now`, `once` or `recurring`.' }),
        subject: z.string().optional(),
        note: z.string().optional(),
      }),
      description: 'In words, or what is wrong with it. Changes nothing.',
    }),
  },
}
