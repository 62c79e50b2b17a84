import { z } from 'zod'
import { JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { BusinessCalendar } from '#lib/domain/time/business-calendar.ts'
import { type Schedule, whyNoSchedule } from '#lib/domain/time/cron.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { timeOfDaySchema, zoneSchema } from '#lib/domain/time/local-day.ts'

interface Judged {
  /** null: `loadedAt` if something reports loads, else `writtenAt`, else `dataThroughAt`. */
  clock: JudgedClock | null
  zone: string
  calendar: BusinessCalendar | null
}

/** Local dates between the clock and now; until `by` (`HH:MM`) yesterday's arrival is still fresh. */
export interface CalendarDaysPolicy extends Judged {
  kind: 'calendar-days'
  lateAfterDays: number
  staleAfterDays: number
  by: string
  /** Where nobody wrote `by`: the writing flow's own ticks and the time a run may take tell it, whatever zones and clocks do. */
  writer?: (Schedule & { graceMs: number }) | null
}

/** Strictly older than the limit is late, then stale (dbt's warn_after and error_after). */
export interface AgePolicy extends Judged {
  kind: 'age'
  lateAfterMs: number
  staleAfterMs: number
}

/** Expected at every tick of a cron line; `graceMs` and `staleAfterMs` both count from the tick. */
export interface DeadlinePolicy extends Judged {
  kind: 'deadline'
  cron: string
  graceMs: number
  staleAfterMs: number
  /** How long before its tick an arrival may come; null: as `deadline-windows.ts` works it out. */
  opensBeforeMs: number | null
  /** When the flow that writes the asset runs; null where none does. */
  writer: Schedule | null
}

export interface NonePolicy {
  kind: 'none'
}

/** As fresh as what it is made from; judges no clock. */
export interface UpstreamPolicy {
  kind: 'upstream'
}

/** A promise, resolved: nothing inherited or implied is left open. */
export type Policy = CalendarDaysPolicy | AgePolicy | DeadlinePolicy | UpstreamPolicy | NonePolicy

const clock = z.enum(JUDGED_CLOCKS).optional()
const zone = zoneSchema.optional()
const calendar = z.string().optional()

const positive = durationSchema.refine((ms) => ms > 0, 'must be longer than nothing')

/** A cron line as people write it: one that comes at some time. */
export const cronLineSchema = z.string().refine((line) => whyNoSchedule(line) === null, {
  error: ({ input }) => whyNoSchedule(String(input)) ?? undefined,
})

/** A policy as people write it in the catalogue. */
export const policyInputSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('calendar-days'),
      lateAfterDays: z.int().min(1).default(1),
      staleAfterDays: z.int().min(1).default(100),
      by: timeOfDaySchema.optional(),
      clock,
      zone,
      calendar,
    })
    .refine((p) => p.staleAfterDays > p.lateAfterDays, {
      message: 'staleAfterDays must be more than lateAfterDays: warn before you fail',
      path: ['staleAfterDays'],
    }),
  z
    .strictObject({ kind: z.literal('age'), lateAfter: positive, staleAfter: positive, clock, zone, calendar })
    .refine((p) => p.staleAfter > p.lateAfter, {
      message: 'staleAfter must be longer than lateAfter: warn before you fail',
      path: ['staleAfter'],
    }),
  z
    .strictObject({
      kind: z.literal('deadline'),
      cron: cronLineSchema,
      grace: durationSchema.default(0),
      staleAfter: positive.optional(),
      opensBefore: positive.optional(),
      clock,
      zone,
      calendar,
    })
    .refine((p) => p.staleAfter === undefined || p.staleAfter > p.grace, {
      message: 'staleAfter must be longer than grace: warn before you fail',
      path: ['staleAfter'],
    }),
  z.strictObject({ kind: z.literal('upstream') }),
  z.strictObject({ kind: z.literal('none') }),
])
export type PolicyInput = z.infer<typeof policyInputSchema>
