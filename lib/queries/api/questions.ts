import { z } from 'zod'
import { STATUSES } from '#lib/domain/freshness/status.ts'
import { RUN_FILTER_STATES } from '#lib/domain/runs/run-filter.ts'

export const PAGE_ITEMS = 100
export const PAGE_ITEMS_MAX = 1000

const key = z.string().min(1, 'is empty').max(600, 'is longer than 600 characters')

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

const trueOrFalse = z
  .enum(['true', 'false'], 'is true or false')
  .transform((text) => text === 'true')
  .meta({ override: { type: 'boolean' } })

/** An instant as the API takes it: with its offset, so that it means the same everywhere. */
const instantText = z.iso
  .datetime({ offset: true, error: 'is an instant with its offset, such as 2026-11-29T04:00:00Z (in an address + is written %2B)' })
  .transform((text) => new Date(text))
  .meta({ override: { type: 'string', format: 'date-time' } })

/** What every list can be asked. */
const paging = {
  cursor: z
    .string()
    .min(1, 'is empty')
    .max(200, 'is longer than any that was handed out')
    .optional()
    .meta({ description: 'The `next` of the answer before.' }),
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
})
export const lineageQuestion = z.object({ ...paging, asset: key.optional().meta({ description: 'Only edges that touch this asset.' }) })
export const changesQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({ description: 'Only what was recorded since.' }),
  kind: z.enum(['group', 'feed', 'asset'], 'is group, feed or asset').optional(),
  key: key.optional(),
})

export const runsQuestion = z.object({
  ...paging,
  changedSince: instantText.optional().meta({ description: 'Only what has ended since, and all that runs or waits.' }),
  flow: key.optional(),
  state: z
    .enum(RUN_FILTER_STATES, `is one of ${RUN_FILTER_STATES.join(', ')}`)
    .optional()
    .meta({
      description: 'Only what is in this state; `problems`: what did not go well. Runs that are only planned come with `scheduled` alone.',
    }),
  ended: trueOrFalse.optional().meta({ description: '`true`: only what is over; `false`: only what runs or waits.' }),
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
export type LineageQuestion = z.output<typeof lineageQuestion>
export type ChangesQuestion = z.output<typeof changesQuestion>
export type RunsQuestion = z.output<typeof runsQuestion>
export type ConnectionsQuestion = z.output<typeof connectionsQuestion>
