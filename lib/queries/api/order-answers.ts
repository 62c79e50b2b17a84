import { z } from 'zod'
import { ORDER_STATES, STEP_STATES } from '#lib/domain/orders/order-progress.ts'
import { locationSchema as location, msSchema as ms, runStateSchema } from './shapes.ts'

const maybeMs = ms.nullable()
const text = z.string().nullable()
const CALLED = 'What its system calls the job, where that is another word.'
const named = z.object({ key: z.string(), name: z.string() })

const plannedSchema = z
  .object({
    feed: z.object({ key: z.string(), name: z.string(), owner: text, isFresh: z.boolean(), heldBy: text }),
    steps: z.array(
      z.object({
        position: z.int(),
        flow: text.meta({ description: 'Null where it is a job; both are null: of a system you may not see.' }),
        job: text.meta({ description: 'A job of another system that is started there: `<connection>/<job>`.' }),
        jobName: text.meta({ description: CALLED }),
        isOwn: z.boolean(),
        usualMs: z.number().nullable(),
        writes: z.array(named),
      }),
    ),
    goodAgain: z.union([
      z.object({ kind: z.literal('by'), at: ms, lastsMs: z.number(), ifAnswering: z.array(z.string()) }),
      z.object({ kind: z.literal('no-date'), because: z.string() }),
    ]),
    dependants: z.array(named),
    watched: z.array(z.object({ key: z.string(), name: z.string(), owner: text })),
    elsewhere: z
      .array(z.object({ job: z.string(), jobName: text, isOwn: z.boolean(), writes: z.array(named), owner: text, url: text }))
      .meta({ description: 'Jobs that would have to run, and that somebody has to start in their own system.' }),
    hasUnseenCause: z.boolean(),
  })
  .meta({ id: 'ReloadPlan', description: 'What a reload would run, one after the other; no steps: nobody can load it here.' })

const fieldSchema = z.object({
  name: z.string(),
  kind: z.enum(['switch', 'number', 'choice', 'date', 'list', 'text', 'json']),
  description: text,
  preset: text,
  choices: z.array(z.string()),
})

/** The plan of a reload, and what it may be told. */
export const reloadPlanSchema = z
  .object({ plan: plannedSchema, form: z.object({ flow: z.string(), fields: z.array(fieldSchema), canDryRun: z.boolean() }).nullable() })
  .meta({ id: 'ReloadPlanAndForm' })

export const reloadOrderedSchema = z.object({ order: z.string(), joined: z.boolean(), location }).meta({ id: 'ReloadOrdered' })
export const lookedSchema = z.object({ connections: z.array(z.string()), location }).meta({ id: 'LookOrdered' })
export const reportedSchema = z
  .object({ report: z.int(), words: z.string().meta({ description: 'Whom it reaches.' }), location })
  .meta({ id: 'ProblemReported' })
export const settledSchema = z.object({ feed: z.string(), location }).meta({ id: 'ReportSettled' })
export const orderCancelledSchema = z
  .object({ stopped: z.array(z.string()), goOn: z.array(z.string()), goOnElsewhere: z.array(z.string()), location })
  .meta({
    id: 'OrderCancelled',
    description: 'The runs that were stopped, those that go on for somebody else, and those of other systems, which go on there.',
  })

const stepSchema = z.object({
  position: z.int(),
  flow: text.meta({ description: 'Null where it is a job; both are null: of a system you may not see.' }),
  job: text.meta({ description: 'A job of another system: `<connection>/<job>`.' }),
  jobName: text.meta({ description: CALLED }),
  state: z.enum(STEP_STATES),
  problem: text,
  run: z.looseObject({ id: z.string(), state: runStateSchema }).nullable(),
  external: z.looseObject({ id: z.string(), system: z.string(), job: z.string(), state: runStateSchema, url: text }).nullable(),
  mayHaveBegun: z.boolean().meta({ description: 'No run of the job is known, and one may have begun there.' }),
  log: z.array(z.object({ id: z.number(), attempt: z.int(), at: ms, level: z.string(), message: z.string() })),
})

/** An order of a reload. */
export const orderSchema = z
  .object({
    id: z.string(),
    now: ms,
    feed: z.looseObject({ key: z.string(), name: z.string(), status: text, reason: text, since: maybeMs }),
    state: z.enum(ORDER_STATES),
    createdAt: ms,
    endedAt: maybeMs,
    orderedBy: text,
    joinedBy: z.array(z.string()),
    reason: text,
    parameters: z.record(z.string(), z.unknown()),
    steps: z.array(stepSchema),
    expectedAt: maybeMs,
  })
  .meta({ id: 'ReloadOrder', description: 'Who ordered the reload of a feed and why, and how its steps stand.' })
