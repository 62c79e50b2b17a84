import { z } from 'zod'
import { ASSIGNEE_LENGTH_MAX, TEXT_LENGTH_MAX } from '#lib/domain/incidents/saying.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { subjectOrEverything, writable } from './text-schemas.ts'

const text = writable('“text” is a text.')
  .transform((words) => words.replaceAll('\r\n', '\n').trim())
  .pipe(z.string().min(1, 'Write something.').max(TEXT_LENGTH_MAX, `A text has at most ${TEXT_LENGTH_MAX} characters.`))
  .meta({ override: { type: 'string', minLength: 1, maxLength: TEXT_LENGTH_MAX } })

export const assignBody = z.object({
  to: writable('“to” is a name.')
    .transform((name) => name.trim() || null)
    .pipe(z.string().max(ASSIGNEE_LENGTH_MAX, `A name has at most ${ASSIGNEE_LENGTH_MAX} characters.`).nullable())
    .meta({ override: { type: 'string', maxLength: ASSIGNEE_LENGTH_MAX }, description: 'A person or a team; empty: nobody.' }),
})

const NO_DURATION = '“for” is not a duration. Write one such as 45m, 4h or 2d.'
export const snoozeBody = z.object({
  for: z
    .string(NO_DURATION)
    .max(50, NO_DURATION)
    .nullish()
    .transform((written, issues) => {
      if (!written) return null
      const ms = parseDuration(written)
      if (ms !== null && ms > 0) return ms
      issues.addIssue({ code: 'custom', message: NO_DURATION })
      return z.NEVER
    })
    .meta({ override: { type: 'string' }, description: '`45m`, `4h`, `2d`, at most `30d`; neither this nor `until`: the snooze ends.' }),
  until: z
    .string('“until” is a day and time such as 2026-12-01 08:00.')
    .max(50, '“until” is a day and time such as 2026-12-01 08:00.')
    .nullish()
    .meta({ description: 'By the clocks of the page: `2026-12-01T08:00`.' }),
})

export const updateBody = z.object({ text: text.meta({ description: 'For everybody who sees something of the incident.' }) })
export const noteBody = z.object({ text: text.meta({ description: 'For engineers.' }) })
export const postmortemBody = z.object({
  text: text.meta({ description: 'What it was, and what is done so that it does not come again.' }),
})

const NO_ID = '“id” is the id of a run or an order.'
export const linkBody = z.object({
  kind: z.enum(['run', 'order'], '“kind” is run or order.'),
  id: z
    .uuid(NO_ID)
    .transform((id) => id.toLowerCase())
    .meta({ override: { type: 'string', format: 'uuid' } }),
})

/** What was rolled out, as a pipeline tells it. */
export const deployBody = z.object({
  text: text.meta({
    override: { type: 'string', minLength: 1, maxLength: TEXT_LENGTH_MAX },
    description: 'What was rolled out: `dbt models 4f2c1`.',
  }),
  subject: subjectOrEverything(
    ['group', 'feed', 'asset'],
    'Say what it is about: subject is feed:<key>, group:<key>, asset:<key> or everything.',
  ).meta({
    description: '`feed:terms`, `group:records`, `asset:lake/x`, or `everything`, for who sees everything.',
  }),
  url: z
    .url({ protocol: /^https?$/, error: '“url” is an address that begins with https://.' })
    .max(2000, '“url” is too long.')
    .nullish()
    .transform((url) => url ?? null)
    .meta({ override: { type: 'string', format: 'uri' } }),
  at: z.iso
    .datetime({ offset: true, error: '“at” is an instant with its offset, such as 2026-11-29T04:00:00Z.' })
    .nullish()
    .transform((at) => (at ? Date.parse(at) : null))
    .meta({ override: { type: 'string', format: 'date-time' }, description: 'When; without it now.' }),
})
