import { z } from 'zod'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'

const WITH_ZONE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)$/

/** The instant that a date and time with its zone means; null for anything else: a wall time without a zone is nobody's. */
export function parseEventTime(text: string): Instant | null {
  const trimmed = text.trim()
  if (!WITH_ZONE.test(trimmed) || !isValidDay(trimmed.slice(0, 10))) return null
  const at = Date.parse(
    trimmed
      .replace(' ', 'T')
      .replace(',', '.')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      .toUpperCase(),
  )
  return Number.isNaN(at) ? null : at
}

const NAME_MAX = 2000
const missing = 'is missing or not a text'
const text = z.string(missing).max(NAME_MAX, `is longer than ${NAME_MAX} characters`)
const name = text.min(1, 'is empty')
const facets = z.record(z.string(), z.unknown(), 'is not an object of facets').nullish()

/** An empty name is tolerated: some senders have it, and it stands for nothing. */
const dataset = z.looseObject({ namespace: text, name: text, facets }, 'is not an object with namespace and name')
const datasets = z
  .array(dataset, 'is not a list')
  .max(2000, 'names more than 2000')
  .nullish()
  .transform((given) => given ?? [])
const job = z.looseObject({ namespace: name, name, facets }, 'is not an object with namespace and name')

/** What may happen to a run, in the words of OpenLineage. */
export const EVENT_TYPES = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const

/**
 * An event as OpenLineage has it, of a run, a job or a data set: what must be there is, and whatever else came along is kept. Each message says what is
 * wrong with the place it stands at.
 */
export const lineageEventSchema = z
  .looseObject(
    {
      eventTime: z
        .string(missing)
        .refine((given) => parseEventTime(given) !== null, 'is not a date and time with its zone, such as 2026-01-02T03:04:05Z')
        .meta({ format: 'date-time' }),
      producer: text,
      schemaURL: text,
      eventType: z.enum(EVENT_TYPES, `is none of ${EVENT_TYPES.join(', ')}`).nullish(),
      run: z.looseObject({ runId: z.guid('is not a UUID'), facets }, 'is not an object with runId').optional(),
      job: job.optional(),
      inputs: datasets,
      outputs: datasets,
      dataset: dataset.optional(),
    },
    'is not an object',
  )
  .superRefine((event, { addIssue }) => {
    const refuse = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message, input: event })
    if (event.run !== undefined && event.job === undefined) refuse('job', 'is missing: an event of a run names its job')
    if (event.run === undefined && event.job === undefined && event.dataset === undefined)
      refuse('run', 'is missing: an event is of a run with its job, of a job, or of a data set')
    if (event.dataset !== undefined && (event.run !== undefined || event.job !== undefined))
      refuse('dataset', 'stands beside a run or a job: an event is of one of them')
  })
  .meta({ id: 'LineageEvent', description: 'An event of OpenLineage, of a run, a job or a data set. Facets are kept as they come.' })
export type LineageEvent = z.output<typeof lineageEventSchema>

const WORDS_MAX = 4000

/** What a job that loads something tells of itself, by hand or from a line of cron. */
const HEARTBEAT_STATES = ['start', 'success', 'fail'] as const

const instant = (words: string) =>
  z
    .string(words)
    .refine((given) => parseEventTime(given) !== null, words)
    .nullish()
    .meta({ format: 'date-time' })

export const heartbeatSchema = z
  .object({
    state: z
      .enum(HEARTBEAT_STATES, 'is start, success or fail')
      .default('success')
      .meta({ description: '`start`, `success` or `fail`; `success` where nothing is said.' }),
    at: instant('is not a date and time with its zone').meta({ description: 'When that was; now where nothing is said.' }),
    rows: z.coerce
      .number('is not a number')
      .int('is not a whole number')
      .min(0, 'is less than 0')
      .max(Number.MAX_SAFE_INTEGER, 'is too large')
      .nullish()
      .meta({ override: { type: 'integer', minimum: 0 }, description: 'How many rows came; 0: it went well and nothing was new.' }),
    through: instant('is not a date and time with its zone').meta({ description: 'The newest event inside the data.' }),
    run: name
      .max(300, 'is longer than 300 characters')
      .nullish()
      .meta({ description: 'What tells one run from another, so that its start and end belong together.' }),
    message: z
      .string('is not a text')
      .max(WORDS_MAX, `is longer than ${WORDS_MAX} characters`)
      .nullish()
      .meta({ description: 'What went wrong, in its own words.' }),
  })
  .meta({ id: 'Heartbeat' })
export type Heartbeat = z.output<typeof heartbeatSchema>

const PROBLEMS_MAX = 20

/** What is wrong with what was handed in: all of it, as far as anybody reads on. */
export function problemsInWords(
  issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[],
  what: (position: PropertyKey) => string,
): string {
  const words = issues.map(({ path: [first, ...rest], message }) => {
    const [thing, place] = typeof first === 'number' ? [what(first), rest] : [null, first === undefined ? [] : [first, ...rest]]
    const where = place.length === 0 ? (thing ?? 'This') : `${thing === null ? '' : `${thing}: `}"${place.map(String).join('.')}"`
    return `${where} ${message}.`
  })
  const more = words.length - PROBLEMS_MAX
  return [...words.slice(0, PROBLEMS_MAX), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}
