import { z } from 'zod'
import { WEEKDAY_FIELDS } from '#lib/domain/freshness/announced-work.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { isTooDeep } from '#lib/domain/values/json.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { subjectOrEverything, subjectSchema, writable } from './text-schemas.ts'

/** Far more levels than any parameters of a run need; what works through them level by level has room for more. */
export const ORDER_DEPTH_MAX = 40
const TEXT_MAX = 500
const PAUSE_MAX_MS = 366 * DAY_MS

const note = z
  .string('“note” is a text.')
  .max(TEXT_MAX, `A note has at most ${TEXT_MAX} characters.`)
  .nullish()
  .transform((text) => text?.trim() || null)
  .meta({ description: 'Why, for everybody to read.' })

/** Characters that a report may have. */
export const REPORT_LENGTH_MAX = 2000

/** What somebody saw that is wrong with data. */
export const reportBody = z.object({
  text: writable('“text” is a text.')
    .transform((words) => words.replaceAll('\r\n', '\n').trim())
    .pipe(z.string().min(1, 'Write what is wrong.').max(REPORT_LENGTH_MAX, `A report has at most ${REPORT_LENGTH_MAX} characters.`))
    .meta({ override: { type: 'string', minLength: 1, maxLength: REPORT_LENGTH_MAX }, description: 'What is wrong.' }),
  asset: writable('“asset” is the key of an asset.')
    .max(600, '“asset” is the key of an asset.')
    .nullish()
    .transform((key) => key || null)
    .meta({ description: 'The dashboard, or whatever of the feed it was seen in, by its key.' }),
})

/** An object, or its JSON text from a form. */
const parameters = z
  .unknown()
  .transform((value, issues) => {
    const found = readObject(value)
    if (found !== null && !isTooDeep(found, ORDER_DEPTH_MAX)) return found
    const problem = found === null ? 'a JSON object' : `nested in at most ${ORDER_DEPTH_MAX} levels`
    issues.addIssue({ code: 'custom', message: `The parameters of a run are ${problem}.` })
    return z.NEVER
  })
  .optional()
  .meta({ override: { type: 'object', additionalProperties: true }, description: 'What the run is told; a form sends it as text.' })

function readObject(value: unknown): Record<string, unknown> | null {
  if (value === undefined || value === '') return {}
  try {
    const found: unknown = typeof value === 'string' ? JSON.parse(value) : value
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? { ...found } : null
  } catch {
    return null
  }
}

export const runBody = z.object({ parameters })

export const retryBody = z.object({
  file: z
    .string('“file” is the id of a file.')
    .regex(/^\d{1,18}$/, '“file” is the id of a file.')
    .optional()
    .meta({ description: 'A file by its id; left out: all of the flow that have failed.' }),
})

/** What is pushed to a flow. */
export const pushBody = z
  .union([z.looseObject({}), z.array(z.looseObject({}))])
  .meta({ id: 'FlowPush', description: 'Parameters of a run, or what another system tells of files, as it tells it.' })
export const reloadBody = z.object({
  reason: writable('“reason” is a text.').max(TEXT_MAX, `A reason has at most ${TEXT_MAX} characters.`).nullish(),
  parameters,
})

const pausable = subjectSchema(
  ['group', 'feed', 'asset', 'flow'],
  'Say what to pause: subject is flow:<name>, feed:<key>, group:<key> or asset:<key>.',
).meta({ description: '`flow:course`, `feed:terms`, `group:records` or `asset:lake/x`.' })

const NO_DURATION = '“for” is not a duration. Write one such as 45m, 2h or 1d.'
const pauseLength = z
  .string(NO_DURATION)
  .nullish()
  .transform((text, issues) => {
    if (!text) return null
    const ms = parseDuration(text)
    if (ms !== null && ms > 0 && ms <= PAUSE_MAX_MS) return ms
    const message = ms ? `A pause lasts at most ${formatDuration(PAUSE_MAX_MS)}, or until somebody ends it.` : NO_DURATION
    issues.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .meta({ description: '`45m`, `2h`, `1d`; without it until somebody ends it.' })

export const pauseBody = z.object({
  subject: pausable,
  for: pauseLength,
  from: z
    .string('“from” is a day and time such as 2026-12-01 22:00.')
    .nullish()
    .meta({ description: 'When it begins, by the clocks of the page: `2026-12-01T22:00`; without it now.' }),
  note,
})
export const pauseEndBody = z.object({ subject: pausable })

/** What is to stand in other pages. */
export const embedSubject = subjectSchema(
  ['feed', 'group', 'asset'],
  'Say what it shows: subject is feed:<key>, group:<key> or asset:<key>.',
)

/** Null: everything. */
const subject = subjectOrEverything(
  ['group', 'feed', 'asset'],
  'Say what it is about: subject is feed:<key>, group:<key>, asset:<key> or everything.',
).meta({ description: '`feed:terms`, `group:records`, `asset:lake/x`, or `everything`, which takes the role admin.' })

const text = (name: string, description: string) =>
  writable(`“${name}” is a text.`).max(TEXT_MAX, `“${name}” is too long.`).optional().meta({ description })
const number = (name: string, description: string) =>
  z
    .union([z.int(), z.string().max(20)], `“${name}” is a number.`)
    .optional()
    .meta({ description })

const rule = {
  days: z.enum(['week', 'month'], 'Say on which days: of the week or of the month.').optional(),
  interval: number('interval', 'Every how many weeks or months; 1 where nothing is said.'),
  ...Object.fromEntries(
    WEEKDAY_FIELDS.map((name) => [name, z.union([z.boolean(), z.string().max(20)], `“${name}” is true or false.`).optional()]),
  ),
  monthDay: number('monthDay', '1 to 31, which is the last day.'),
  begins: text('begins', '`02:00`'),
  ends: text('ends', '`04:00`'),
  first: text('first', '`2026-12-01`'),
  last: text('last', '`2026-12-31`'),
}
const NO_WHEN = 'Say when: now, once or recurring.'
const when = {
  when: z.enum(['now', 'once', 'recurring'], NO_WHEN),
  for: text('for', 'With `now`: `45m`, `2h`, `1d`.'),
  from: text('from', 'A day and time, by the clocks of the page: `2026-12-01T22:00`.'),
  to: text('to', 'A day and time, by the clocks of the page: `2026-12-02T02:00`.'),
  ...rule,
}

const id = (name: string, description: string) =>
  z
    .union(
      [
        z.int().min(1).max(999_999_999),
        z
          .string()
          .regex(/^[1-9]\d{0,8}$/)
          .transform(Number),
      ],
      `“${name}” is not the number of one.`,
    )
    .optional()
    .meta({
      override: {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: 999_999_999 },
          { type: 'string', pattern: '^[1-9]\\d{0,8}$' },
        ],
      },
      description,
    })
const which = {
  subject,
  window: id('window', 'The id of one that is announced or goes on.'),
  series: id('series', 'The id of what comes again.'),
}

export const maintenanceBody = z.object({ subject, ...when, note })
export const maintenanceChangeBody = z
  .object({ ...which, from: when.from, to: when.to, ...rule, note })
  .meta({ override: { oneOf: [{ required: ['window'] }, { required: ['series', 'days', 'begins', 'ends'] }] } })
export const maintenanceEndBody = z.object(which).meta({ override: { oneOf: [{ required: ['window'] }, { required: ['series'] }] } })
/** A form as it is filled in: what is missing or wrong is the answer. */
export const maintenancePreviewQuestion = z.object({
  ...when,
  when: when.when.optional(),
  ...Object.fromEntries(['subject', 'window', 'series', 'note', 'back'].map((name) => [name, z.string().optional()])),
})

/** Which window or series an order is about; null where it names none or both. */
export function announcedIn({ window, series }: Pick<z.output<typeof maintenanceEndBody>, 'window' | 'series'>): Announced | null {
  if (window !== undefined && series === undefined) return { windowId: window }
  return series !== undefined && window === undefined ? { seriesId: series } : null
}

export type Announced = { windowId: number } | { seriesId: number }
