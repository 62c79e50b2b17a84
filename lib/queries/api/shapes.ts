import { z } from 'zod'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import { REASONS, STATUSES } from '#lib/domain/freshness/status.ts'
import { RUN_STATES } from '#lib/domain/runs/run.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { goodAgainSchema } from './again-answers.ts'
import { coverageSchema } from './key-answers.ts'

export const timeSchema = z.iso.datetime().meta({ description: 'An instant, in UTC.' })
const time = timeSchema.nullable()

export const msSchema = z.number().meta({ description: 'An instant in milliseconds since 1970.' })
export const runStateSchema = z.enum(RUN_STATES).meta({ id: 'RunState' })

/** What every order is answered with, beside its own. */
export const locationSchema = z.string().meta({ description: 'The page where people follow it.' })

export const statusSchema = z
  .enum(STATUSES)
  .nullable()
  .meta({ id: 'Status', description: 'One of five words, worst first; null: nothing is promised.' })

export const reasonSchema = z.enum(REASONS).nullable().meta({ id: 'Reason', description: 'Why, as a word that stays the same.' })

/** The run because of which a promise is broken. */
export const failedRunSchema = z
  .object({
    id: z.string(),
    state: runStateSchema,
    says: z.string().nullable().meta({ description: 'Its own words, on one line, shortened; null: it has none.' }),
    inARow: z
      .int()
      .meta({ description: 'How often in a row its flow or job has failed in the same way, 30 at most; 0: this one was cancelled.' }),
    words: z.string().meta({ description: 'Why, and how often that was so, in sentences for people.' }),
  })
  .nullable()
  .meta({ id: 'FailedRun', description: 'The run because of which a promise is broken; null: that is not the reason.' })
export type ApiFailedRun = z.infer<typeof failedRunSchema>

export const whySchema = z.string().nullable().meta({ description: 'The reason why it exists, where the catalogue says it.' })

export const keySchema = z.string().meta({ description: 'The name in the catalogue; stays until somebody renames it.' })
const key = keySchema

/** Something that left the catalogue, told to whoever asks for changes. */
export const removedSchema = z.object({ key, removedAt: timeSchema }).meta({ id: 'Removed', description: 'It left the catalogue.' })
export type ApiRemoved = z.infer<typeof removedSchema>

export const countsSchema = z
  .object({ stale: z.int(), late: z.int(), unknown: z.int(), maintenance: z.int(), fresh: z.int(), none: z.int(), judged: z.int() })
  .meta({ id: 'Counts', description: 'How many feeds have which status; `none` have no promise and stand outside `judged`.' })

export const groupSchema = z
  .object({
    key,
    name: z.string(),
    why: whySchema,
    description: z.string().nullable(),
    status: statusSchema,
    since: time,
    counts: countsSchema,
  })
  .meta({ id: 'Group', description: 'A service group: a heading of the page with its feeds.' })
export type ApiGroup = z.infer<typeof groupSchema>

export const feedSchema = z
  .object({
    key,
    name: z.string(),
    why: whySchema,
    description: z.string().nullable(),
    group: z.string(),
    owner: z.string().nullable(),
    runbook: z.string().nullable(),
    promise: z.string().nullable().meta({ description: 'What is promised, in words.' }),
    status: statusSchema,
    reason: reasonSchema,
    since: time,
    failedRun: failedRunSchema,
    goodAgain: goodAgainSchema,
    weakEvidence: z.string().nullable().meta({ description: 'Why the status is only probably right; null: it rests on strong evidence.' }),
    dataThroughAt: time,
    dataThroughIsDay: z.boolean().meta({ description: '`dataThroughAt` is the end of a local day: the source only knows dates.' }),
    updatedAt: time.meta({ description: 'The oldest last load, or write, of its promised assets.' }),
    dueAt: time,
  })
  .meta({ id: 'Feed', description: 'A promise: this data, this fresh, for these people.' })
export type ApiFeed = z.infer<typeof feedSchema>

const policySchema = z
  .object({
    kind: z.enum(['age', 'calendar-days', 'deadline', 'upstream', 'none']),
    clock: z.enum(JUDGED_CLOCKS).nullable(),
    zone: z.string().nullable(),
    inWords: z.string(),
  })
  .meta({ id: 'Policy', description: 'A promise about one clock; `clock` null: the best one there is, or none for `upstream` and `none`.' })

const clocksSchema = z
  .object({ dataThroughAt: time, dataThroughIsDay: z.boolean(), writtenAt: time, loadedAt: time, probedAt: time })
  .meta({ id: 'Clocks', description: 'Newest event in the data, last write, last successful load, last good look.' })

const verdictSchema = z
  .object({
    status: statusSchema,
    reason: reasonSchema,
    since: time,
    explanation: z.string().nullable(),
    failedRun: failedRunSchema,
    goodAgain: goodAgainSchema,
    dueAt: time,
    lateAt: time,
    staleAt: time,
  })
  .meta({ id: 'Verdict', description: 'The status in force, why, and when it turns if nothing arrives.' })

const evidenceSchema = z
  .object({
    method: z.string().nullable(),
    strength: z.string().nullable(),
    detail: z.string().nullable(),
    weakBy: z
      .string()
      .nullable()
      .meta({ description: 'The method on whose weak evidence the status rests; null: strong evidence, or none.' }),
    attemptedAt: time,
    problem: z.string().nullable().meta({ description: 'Why the last look failed; null after a good one.' }),
  })
  .meta({ id: 'Evidence', description: 'How the last look knows what it knows.' })

const columnSchema = z
  .object({ name: z.string(), type: z.string().nullable(), description: z.string().nullable() })
  .meta({ id: 'Column', description: 'A column; type and description where anybody tells them.' })

const contractSchema = z
  .object({
    name: z.string().nullable().meta({ description: 'Of the version that holds; null: none does yet.' }),
    version: z.string().nullable(),
    owner: z.string().nullable(),
    consumers: z.array(z.string()).meta({ description: 'Whom it is promised to.' }),
    brokenSince: time.meta({ description: 'null: it is kept, or nobody has told of columns yet.' }),
    broken: z.string().nullable().meta({ description: 'What broke it, in words.' }),
    until: time.meta({
      description: 'When the version that holds ends, by its end of life or as the next begins; null: until further notice.',
    }),
    announced: z
      .array(z.object({ version: z.string(), from: timeSchema, changes: z.array(z.string()) }))
      .meta({ description: 'Versions that will hold, and what they change.' }),
    earlier: z
      .array(z.object({ version: z.string(), from: time, until: timeSchema }))
      .meta({ description: 'Versions that held before, the latest first; `from` null: since ever.' }),
  })
  .meta({ id: 'Contract', description: 'What the producer promises of its fields, and whether that is kept.' })
export type ApiContract = z.infer<typeof contractSchema>

/** On what a contract may be about. */
export const maybeContractSchema = contractSchema.nullable().meta({ description: 'null: none is about it.' })

export const assetSchema = z
  .object({
    key,
    name: z.string(),
    why: whySchema,
    kind: z.enum(['source', 'table', 'consumer']),
    feed: z.string(),
    group: z.string(),
    connection: z.string(),
    path: z.string(),
    flow: z.string().nullable().meta({ description: 'The flow that writes it.' }),
    promised: z.boolean().meta({ description: 'Whether its feed is judged by it.' }),
    verdict: verdictSchema,
    clocks: clocksSchema,
    evidence: evidenceSchema,
    policies: z.array(policySchema),
    blindAfterMs: z.number().nullable(),
    coverage: coverageSchema,
    upstream: z.array(z.string()).meta({ description: 'Keys of the assets it is made from.' }),
    downstream: z.array(z.string()).meta({ description: 'Keys of the assets made from it.' }),
    unseenUpstream: z.boolean().meta({ description: `Whether it is made from ${UNSEEN}, too.` }),
    unseenDownstream: z.boolean().meta({ description: `Whether ${UNSEEN} is made from it, too.` }),
    contract: maybeContractSchema,
    columns: z
      .array(columnSchema)
      .optional()
      .meta({ description: 'As its own system shows them, else as they were pushed last; only where `include=columns` asks for them.' }),
  })
  .meta({ id: 'Asset', description: 'A source, table or consumer of the lineage.' })
export type ApiAsset = z.infer<typeof assetSchema>

const end = z
  .string()
  .nullable()
  .meta({ description: `null: ${UNSEEN}, or several.` })

export const edgeSchema = z
  .object({
    upstream: end,
    downstream: end,
    origin: z.string().nullable().meta({ description: 'The first of `origins`; null where an end is.' }),
    origins: z.array(z.string()).meta({
      description:
        'Who says so: `declared` in the catalogue, a `flow` by what it reads and writes, the definition of a `view`, `dbt`, `openlineage`, or what a `bi` system shows; empty where an end is null.',
    }),
    since: timeSchema.nullable().meta({ description: 'Since when it has been so without a break; null where an end is.' }),
  })
  .meta({ id: 'LineageEdge', description: 'From an asset to one made from it, by their keys.' })
export type ApiEdge = z.infer<typeof edgeSchema>

export const changeSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['group', 'feed', 'asset']),
    key,
    from: statusSchema,
    to: statusSchema,
    reason: reasonSchema,
    explanation: z.string().nullable(),
    at: timeSchema.meta({ description: 'From when on it is so.' }),
    recordedAt: timeSchema.meta({ description: 'When it was found out.' }),
    rewrite: z.boolean().meta({ description: 'It restates the past: later evidence said otherwise.' }),
  })
  .meta({ id: 'Change', description: 'A status turned.' })
export type ApiChange = z.infer<typeof changeSchema>

export const jobOfRunSchema = z.object({
  key: z.string().meta({ description: '<connection>/<job>' }),
  name: z.string().nullable().meta({ description: 'What the other system calls the job, where that is another word.' }),
  externalId: z.string().nullable().meta({ description: 'Its run there; null: none is known.' }),
  url: z.string().nullable().meta({ description: 'The page of that run.' }),
  stateThere: runStateSchema.nullable().meta({ description: 'How that run is, as its system told it last.' }),
  isCancellable: z.boolean().meta({ description: 'That system can be told to cancel it.' }),
  cancelSince: msSchema.nullable().meta({ description: 'Since when it is to be cancelled there.' }),
  cancelDueAt: msSchema.nullable().meta({ description: 'When that system is told next; null: it is not told any more.' }),
  cancelledAt: msSchema.nullable().meta({ description: 'When that system took it.' }),
  cancelProblem: z.string().nullable(),
})

/** One answer's worth of a list. */
export function pageSchema<T extends z.ZodType>(item: T) {
  const next = z.string().nullable().meta({ description: 'The `cursor` of the next question; null when there is nothing more.' })
  return z.object({ items: z.array(item), next })
}

/** Any refusal. */
export const problemSchema = z
  .object({
    problem: z.string().meta({ description: 'What is wrong and what to do, in words for people.' }),
    location: z.string().optional().meta({ description: 'A page or address that it is about.' }),
  })
  .meta({ id: 'Problem', description: 'Why something was not done, or not answered.' })
