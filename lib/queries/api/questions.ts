import { z } from 'zod'
import { FILE_STATES } from '#lib/domain/files/inbox-file.ts'
import { STATUSES } from '#lib/domain/freshness/status.ts'
import { RUN_FILTER_STATES } from '#lib/domain/runs/run-filter.ts'
import { CONTRACT_STATES, ENTRY_KINDS, ENTRY_STATES } from '#lib/domain/search/entry.ts'
import { QUESTION_LENGTH_MAX } from '#lib/domain/search/question.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'
import { LOG_LEVELS } from '#lib/queries/runs/run-log.ts'
import { digits, subjectSchema, writable } from './text-schemas.ts'

export const PAGE_ITEMS = 100
export const PAGE_ITEMS_MAX = 1000

const key = writable('is a text').min(1, 'is empty').max(600, 'is longer than 600 characters')

/** A whole number written in digits. */
export function wholeNumber(least: number, most: number) {
  const words = `is a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,6}$/, words)
    .transform(Number)
    .pipe(z.int().min(least, words).max(most, words))
    .meta({ override: { type: 'integer', minimum: least, maximum: most } })
}

const trueOrFalse = z.enum(['true', 'false'], 'is true or false').transform((text) => text === 'true')

/** An instant as the API takes it: with its offset, so that it means the same everywhere. */
const instantText = z.iso
  .datetime({ offset: true, error: 'is an instant with its offset, such as 2026-11-29T04:00:00Z (in an address + is written %2B)' })
  .transform((text) => new Date(text))
  .meta({ override: { type: 'string', format: 'date-time' } })

const cursorOf = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern, 'is none that was handed out for this list with these filters')
    .optional()
    .meta({ description: 'The `next` of the answer before.' })

/** What every list can be asked. */
const paging = {
  cursor: cursorOf(/^[\w-]{15,200}$/),
  limit: wholeNumber(1, PAGE_ITEMS_MAX)
    .optional()
    .meta({ description: `Items in one answer, ${PAGE_ITEMS} where nothing is said. An NDJSON answer is whole and takes none.` }),
  format: z
    .enum(['json', 'ndjson'], 'is json or ndjson')
    .optional()
    .meta({ description: '`ndjson`: every item on a line of its own, all in one answer. The same as `Accept: application/x-ndjson`.' }),
}

const changedSince = {
  changedSince: instantText.optional().meta({
    description:
      'Only what has changed since, and what left the catalogue. A look that found nothing new is no change. Ask from a minute before your last answer.',
  }),
}

const status = z
  .enum([...STATUSES, 'none'], `is one of ${STATUSES.join(', ')}, none`)
  .optional()
  .meta({ description: 'Only what has this status; `none`: nothing promised.' })

export const groupsQuestion = z.object({ ...paging, ...changedSince, key: key.optional() })
export const feedsQuestion = z.object({ ...paging, ...changedSince, key: key.optional(), group: key.optional(), status })
export const assetsQuestion = z.object({
  ...paging,
  ...changedSince,
  key: key.optional(),
  feed: key.optional(),
  group: key.optional(),
  connection: key.optional(),
  status,
  include: z
    .enum(['columns'], 'is columns')
    .optional()
    .meta({ description: '`columns`: with the columns of each, as far as they are known.' }),
})
export const catalogueQuestion = z.object({
  ...paging,
  // Its place in the order holds a name.
  cursor: cursorOf(/^[\w-]{15,1000}$/),
  q: writable('is a text').max(QUESTION_LENGTH_MAX, `is longer than ${QUESTION_LENGTH_MAX} characters`).optional().meta({
    description: 'Words that all stand somewhere in it, its columns, contract and reason included; without any, all assets are listed.',
  }),
  kind: z.enum(ENTRY_KINDS, `is one of ${ENTRY_KINDS.join(', ')}`).optional(),
  state: z
    .enum(ENTRY_STATES, `is one of ${ENTRY_STATES.join(', ')}`)
    .optional()
    .meta({
      description: '`adopted`: in the catalogue; `found`: seen behind a connection and not in it; `gone`: its system shows it no more.',
    }),
  status,
  connection: key.optional(),
  group: key.optional(),
  owner: key.optional(),
  contract: z
    .enum(CONTRACT_STATES, `is one of ${CONTRACT_STATES.join(', ')}`)
    .optional()
    .meta({
      description:
        'Only what is under a contract: `any`; one that is `kept`, by what was told of last; that is `broken`; of which a version is `changing`, that is, begins or ends.',
    }),
  include: z.enum(['fields'], 'is fields').optional().meta({ description: '`fields`: with the fields of each, seen and promised.' }),
})
export const lineageQuestion = z.object({ ...paging, asset: key.optional().meta({ description: 'Only edges that touch this asset.' }) })
export const changesQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({ description: 'Only what was recorded since.' }),
  kind: z.enum(['group', 'feed', 'asset'], 'is group, feed or asset').optional(),
  key: key.optional(),
})

const KINDS = ['group', 'feed', 'asset'] as const
const subjectName = subjectSchema(KINDS, 'names no subject: write group:<key>, feed:<key> or asset:<key>')
/** A page may ask for the bars of so many subjects at once. */
const SUBJECTS_MAX = 60
/** As it stands in a list: a comma of the key is written %2C. */
const LISTED_SUBJECT = `(${KINDS.join('|')}):([^\\u0000,%]|%[2-7][0-9a-f]){1,100}`

export const barsQuestion = z.object({
  subjects: z
    .string(`is needed: up to ${SUBJECTS_MAX} subjects such as feed:terms,group:records`)
    .transform((text) => text.split(',').map(decoded))
    .pipe(z.array(subjectName).max(SUBJECTS_MAX, `names more than ${SUBJECTS_MAX} subjects; ask again for the others`))
    .meta({
      description: `Up to ${SUBJECTS_MAX}, with commas: \`feed:terms,group:records\`. A comma in a key is written %2C.`,
      override: { type: 'string', pattern: `^${LISTED_SUBJECT}(,${LISTED_SUBJECT}){0,${SUBJECTS_MAX - 1}}$` },
    }),
})

/** Names nothing where it is not well encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

export const daysQuestion = z.object({ subject: subjectName.meta({ description: '`feed:terms`' }) })
export const dayQuestion = z.object({
  subject: subjectName.optional().meta({ description: '`feed:terms`: only what held that back; else every feed.' }),
})
export const movedQuestion = z.object({
  since: digits('is needed: an instant in milliseconds, such as 1700000000000').meta({
    description: 'An instant in milliseconds since 1970.',
  }),
})
export const eventsQuestion = z.object({
  seen: digits('is an instant in milliseconds')
    .optional()
    .meta({ description: 'When the page was made: what moved since is told at once.' }),
})
/** Of which project an artifact is. */
export const artifactQuestion = z.object({
  connection: key
    .optional()
    .meta({ description: 'The connection of the project (`kind: dbt`, `artifacts: pushed`); may be left out where there is only one.' }),
})

/** The sender's own key for what it tells, which it sends again with the same. */
export const heartbeatHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1, 'holds 1 to 200 characters')
    .max(200, 'holds 1 to 200 characters')
    .optional()
    .meta({ description: 'Your own key for what you tell: what comes again under it is known.' }),
})

/** The id of the last event that somebody heard of. */
export const eventsHeader = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{0,18}$/, 'is the id of an event, a whole number')
    .optional()
    .meta({ description: 'Takes up after this event.' }),
})
export const logQuestion = z.object({
  find: writable('is a text').max(200, 'is longer than 200 characters').optional().meta({ description: 'Text that stands in the line.' }),
  level: z
    .enum(LOG_LEVELS, `is one of ${LOG_LEVELS.join(', ')}`)
    .optional()
    .meta({ description: 'From which level on.' }),
  before: digits('is not the number of a line').optional().meta({ description: 'Only lines before this one.' }),
  after: digits('is not the number of a line').optional().meta({ description: 'Only lines after this one.' }),
})

export const runsQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({ description: 'Only what has ended since, and all that runs or waits.' }),
  flow: key.optional().meta({ description: 'A flow; with `system` a job of that system.' }),
  system: key.optional().meta({ description: 'The connection that told of the runs: only those of this system.' }),
  state: z
    .enum(RUN_FILTER_STATES, `is one of ${RUN_FILTER_STATES.join(', ')}`)
    .optional()
    .meta({
      description: 'Only what is in this state; `problems`: what did not go well. Runs that are only planned come with `scheduled` alone.',
    }),
  day: z
    .string()
    .refine(isValidDay, 'is no day; write one such as 2026-11-20')
    .optional()
    .meta({ description: 'Only what was to begin, or began, on this day by the clocks of the page.' }),
  ended: trueOrFalse.optional().meta({ description: '`true`: only what is over; `false`: only what runs or waits.' }),
})
export const filesQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({ description: 'Only what has arrived, was taken or has ended since.' }),
  flow: key.optional(),
  state: z.enum(FILE_STATES, `is one of ${FILE_STATES.join(', ')}`).optional(),
})
export const incidentsQuestion = z.object({
  ...paging,
  feed: key.optional().meta({ description: 'Only those that hold something of this feed.' }),
  ended: trueOrFalse.optional().meta({ description: '`true`: only what has ended; `false`: only what has not.' }),
})
export const connectionsQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({
    description:
      'Only what was checked since, or failed, or let us in again, and what left the catalogue. A look that went well as before is no change.',
  }),
  key: key.optional(),
})

export type GroupsQuestion = z.output<typeof groupsQuestion>
export type FeedsQuestion = z.output<typeof feedsQuestion>
export type AssetsQuestion = z.output<typeof assetsQuestion>
export type CatalogueListQuestion = z.output<typeof catalogueQuestion>
export type LineageQuestion = z.output<typeof lineageQuestion>
export type ChangesQuestion = z.output<typeof changesQuestion>
export type RunsQuestion = z.output<typeof runsQuestion>
export type FilesQuestion = z.output<typeof filesQuestion>
export type IncidentsQuestion = z.output<typeof incidentsQuestion>
export type ConnectionsQuestion = z.output<typeof connectionsQuestion>
