import { z } from 'zod'
import { SECRET_PLACES } from '#lib/domain/connections/secret-reference.ts'
import { LOG_LEVELS } from '#lib/queries/runs/run-log.ts'
import { goodAgainSchema } from './again-answers.ts'
import { comingSchema } from './contract-answers.ts'
import { overdueKeysSchema } from './key-answers.ts'
import {
  countsSchema,
  failedRunSchema,
  jobOfRunSchema,
  locationSchema as location,
  msSchema as ms,
  reasonSchema,
  runStateSchema as runState,
  statusSchema,
  timeSchema,
  whySchema,
} from './shapes.ts'

const time = timeSchema.nullable()
const maybeMs = ms.nullable()
const text = z.string().nullable()

const workSchema = z
  .object({
    id: z.int(),
    kind: z.enum(['maintenance', 'paused']),
    subject: text,
    from: time,
    until: time,
    note: text,
    repeats: text.meta({ description: 'The rule it comes again by, in words.' }),
    begun: z.boolean(),
    hides: z.array(z.object({ feed: z.string(), status: statusSchema, since: time })),
  })
  .meta({ id: 'Work', description: 'A pause or announced work, and the feeds that would be late or stale without it.' })

/** The whole page. */
export const statusJsonSchema = z
  .object({
    page: z.object({ name: z.string(), zone: z.string(), readyBy: z.string(), url: z.string() }),
    counts: countsSchema,
    groups: z.array(z.object({ key: z.string(), name: z.string(), status: statusSchema, counts: countsSchema })),
    work: z.array(workSchema),
    coming: z.array(comingSchema).meta({ description: 'What contracts will promise otherwise, the soonest first.' }),
    feeds: z.array(
      z.object({
        key: z.string(),
        name: z.string(),
        group: text,
        owner: text,
        status: statusSchema,
        reason: reasonSchema,
        failedRun: failedRunSchema,
        goodAgain: goodAgainSchema,
        weakEvidence: text,
        since: time,
        overdueKeys: overdueKeysSchema,
        dataThroughAt: time,
        updatedAt: time,
        dueAt: time,
        lastRun: z.object({ id: z.string(), flow: z.string(), system: text, state: runState, endedAt: time, problem: text }).nullable(),
        work: z.array(z.int()),
      }),
    ),
  })
  .meta({ id: 'StatusPage', description: 'The page: its counts, groups, feeds, and the work that goes on.' })
export type StatusJson = z.infer<typeof statusJsonSchema>

const runRow = {
  id: z.string(),
  flow: z.string(),
  trigger: z.string(),
  state: runState,
  isDryRun: z.boolean(),
  attempt: z.int(),
  scheduledFor: ms,
  startedAt: maybeMs,
  endedAt: maybeMs,
  cancelAt: maybeMs,
  waitingFor: text,
  progressDone: z.number().nullable(),
  progressTotal: z.number().nullable(),
  etaAt: maybeMs,
  rowsLoaded: z.number().nullable().meta({ description: 'null: the other system does not count them.' }),
  rowsRejected: z.number(),
  problem: text,
  requestedBy: text,
  leaseUntil: maybeMs,
}

/** A run in a list: why it runs, where it stands in an order of a feed that the reader sees; of several the first. */
export const listedRunSchema = z
  .object({
    ...runRow,
    flow: z.string().meta({ description: 'The flow; of a run of another system its job.' }),
    orderReason: text,
    system: text.meta({ description: 'The connection that told of it; null: Tidemark ran it.' }),
    jobName: text.meta({ description: 'What the other system calls the job, where that is another word.' }),
    url: text.meta({ description: 'Its page in the other system.' }),
  })
  .meta({ id: 'ListedRun', description: 'A run, in a list of many.' })
export type ListedRun = z.infer<typeof listedRunSchema>

const taskSchema = z
  .object({
    attempt: z.int(),
    name: z.string(),
    state: z.enum(['running', 'completed', 'failed', 'cancelled']),
    tries: z.int(),
    startedAt: ms,
    endedAt: maybeMs,
    problem: text,
    waits: z.array(z.object({ from: ms, until: ms })),
  })
  .meta({ id: 'Task', description: 'A step of a run.' })

/** One run. */
export const runSchema = z
  .object({
    ...runRow,
    now: ms,
    tasks: z.array(taskSchema),
    tasksOmitted: z.int(),
    counters: z.record(z.string(), z.record(z.string(), z.number())),
    summary: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
    parameters: z.record(z.string(), z.unknown()),
    reportedAt: maybeMs,
    logLines: z.int(),
    waitsForRun: text,
    job: jobOfRunSchema.nullable().meta({ description: 'The job of another system that it is; null: it works here.' }),
    orders: z.array(z.object({ at: ms, by: text, reason: text, feedKey: z.string(), feedName: z.string() })),
  })
  .meta({ id: 'Run', description: 'A run with its steps and counters.' })

/** Lines of a log. */
export const logSchema = z
  .object({
    lines: z.array(z.object({ id: z.number(), attempt: z.int(), at: ms, level: z.enum(LOG_LEVELS), message: z.string() })),
    matching: z.int().nullable(),
    more: z.boolean(),
  })
  .meta({ id: 'LogPart', description: 'Lines of a log, oldest first, and whether there are more.' })

/** Bars by subject. */
export const barsSchema = z
  .record(
    z.string(),
    z.object({
      until: z.string(),
      days: z.string(),
      share: z.number().nullable(),
      unseenSeconds: z.number(),
      ready: z.int(),
      readyOf: z.int(),
    }),
  )
  .meta({ id: 'Bars', description: 'Ninety days by subject, as `feed:terms`.' })

/** Days of one subject. */
export const daysSchema = z
  .array(
    z.object({
      day: z.string(),
      worst: statusSchema,
      ...Object.fromEntries(['fresh', 'late', 'stale', 'unknown', 'maintenance', 'blind'].map((name) => [name, z.number()])),
      ...Object.fromEntries(['arrivals', 'expected', 'missed', 'cameLate'].map((name) => [name, z.number().nullable()])),
      lateDeliveries: z.array(z.object({ expectedBy: z.string(), deliveredAt: z.string(), words: z.string() })),
      ready: z.boolean().nullable(),
    }),
  )
  .meta({ id: 'Days', description: 'Days of a subject, newest first, in seconds of each status.' })

const ageSchema = z.object({
  state: z.enum(['fine', 'soon', 'over', 'unknown']),
  since: z.object({ at: ms, how: z.enum(['rotated', 'changed', 'seen']) }).nullable(),
  end: z.object({ at: ms, why: z.enum(['expiry', 'age']) }).nullable(),
})

const namedFeedsSchema = z.array(z.object({ key: z.string(), name: z.string() }))

/** A connection. */
export const connectionSchema = z
  .object({
    key: z.string(),
    name: z.string(),
    kind: z.string(),
    why: whySchema,
    settings: z.array(z.tuple([z.string(), z.string()])),
    health: z.object({ state: z.enum(['working', 'failing', 'checking', 'unseen']), at: maybeMs, problem: text }),
    probeEveryMs: z.number(),
    failures: z.int(),
    problem: text,
    okAt: maybeMs,
    failedAt: maybeMs,
    checkedAt: maybeMs,
    checkOk: z.boolean().nullable(),
    checkDetail: text,
    checkRequestedAt: maybeMs,
    downSince: maybeMs,
    credentialExpiresAt: maybeMs,
    rotatedOn: text,
    references: z
      .array(
        z.object({
          name: z.string(),
          setting: z.string(),
          isSecret: z.boolean(),
          setIn: z.enum(SECRET_PLACES),
          age: ageSchema.nullable(),
        }),
      )
      .meta({ description: 'What it is set up with and where that is set, by name; empty for whoever may not have it checked.' }),
    urgency: ageSchema.shape.state,
    flows: z.array(z.string()),
    feeds: namedFeedsSchema,
    assets: z.int(),
    written: z.object({ assets: z.int(), feeds: namedFeedsSchema }).describe('What its jobs write, and of which feeds.'),
  })
  .meta({ id: 'Connection', description: 'An outside system: whether it lets us in, and how old its secrets are; never their values.' })
export type ApiConnection = z.infer<typeof connectionSchema>

/** Parts of the page that moved. */
export const movedSchema = z
  .object({ topics: z.array(z.string()) })
  .meta({ id: 'Moved', description: 'Parts of the page that changed, as `feed:terms`; `*` is everything.' })

export const runRequestedSchema = z.object({ run: z.string(), waitsFor: text, joined: z.boolean(), location }).meta({ id: 'RunRequested' })
export const runCancelledSchema = z.object({ state: z.enum(['cancelled', 'cancelling']), location }).meta({ id: 'RunCancelled' })
export const checkRequestedSchema = z.looseObject({ location }).meta({ id: 'CheckRequested' })
export const pausedSchema = z.looseObject({ pause: z.int(), location }).meta({ id: 'Paused' })
export const pauseEndedSchema = z.looseObject({ ended: z.boolean(), location }).meta({ id: 'PauseEnded' })
export const maintenanceAnnouncedSchema = z
  .looseObject({ window: z.int().optional(), series: z.int().optional(), location })
  .meta({ id: 'MaintenanceAnnounced', description: 'The window, or the series of what comes again.' })
export const maintenanceChangedSchema = z.looseObject({ changed: z.boolean(), location }).meta({ id: 'MaintenanceChanged' })
export const maintenanceMeaningSchema = z
  .object({ words: z.string().optional(), problems: z.array(z.string()).optional() })
  .meta({ id: 'MaintenanceMeaning' })

export const acceptedSchema = z
  .object({
    stored: z.int().meta({ description: 'How many were new, and are stored.' }),
    known: z.int().meta({ description: 'How many had been stored before.' }),
  })
  .meta({ id: 'Accepted' })

export const pushValidatedSchema = z
  .object({ validationResponse: z.string().meta({ description: 'The code that Event Grid sent to see whether its events are wanted.' }) })
  .meta({ id: 'PushValidated' })
