import { z } from 'zod'
import { cronLineSchema, policyInputSchema } from '#lib/domain/freshness/policies/policy.ts'
import { assetKeySchema } from '#lib/domain/lineage/asset-key.ts'
import { isDottedName, LETTER_CASES } from '#lib/domain/lineage/identity.ts'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { timeOfDaySchema, zoneSchema } from '#lib/domain/time/local-day.ts'
import { ADOPT_SHAPE, RULES_MAX } from './adopt.ts'
import { contractSchema, contractsSchema } from './contract.ts'
import { DECLARED_FLOW_SHAPE } from './declared-flow.ts'
import { embedInSchema } from './embed-in.ts'
import { lakeSchema } from './lake.ts'
import { channelSchema, ROUTES_MAX, routeSchema } from './messages.ts'
import { audienceSchema, peopleSchema } from './people.ts'
import { TRIGGER_SHAPE } from './triggers.ts'
import { weekdaysSchema } from './weekdays.ts'
import { whySchema } from './why.ts'

export const PROBE_EVERY_MS = 5 * MINUTE_MS

/** How often is looked what there is behind a connection. */
export const DISCOVER_EVERY_MS = DAY_MS

export const SECRET_AGE_MAX_MS = 365 * DAY_MS

/** True for text whose value is known only when it is used: `${NAME}` somewhere in it, or `file:/path`. */
export function isReference(text: string): boolean {
  return /\$\{[A-Za-z_][A-Za-z0-9_]*\}/.test(text) || text.startsWith('file:')
}

const referenceOr = (schema: z.ZodType<string, string>, message: string) =>
  z.string().refine((text) => isReference(text) || schema.safeParse(text).success, message)

const keySchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'cannot be used as a key: begin with a letter and use letters, digits, "-" and "_"')
const name = z.string().trim().min(1, 'must not be empty')
const positive = durationSchema.refine((ms) => ms > 0, 'must be longer than nothing')
const atLeastSecond = durationSchema.refine((ms) => ms >= 1000, 'must be at least 1s')
const httpUrl = z.url({ protocol: /^https?$/, error: 'is not a web address; begin with https:// or http://' })
const secret = z.string().min(1, 'must not be empty')

const emailAddress = referenceOr(z.email(), 'is not an e-mail address')
const secretUrl = referenceOr(
  httpUrl,
  'is not a web address; begin with https:// or http://, or write a reference such as "${WEBHOOK_URL}"',
)

const policy = z
  .union([policyInputSchema, z.array(policyInputSchema).min(1, 'must hold at least one policy')])
  .describe('What is promised; inherited group → feed → asset, the nearest wins.')

const jobKeySchema = z
  .string()
  .refine((text) => partsOfJob(text) !== null, 'is not a job of another system; write "<connection>/<job>", such as "dbt/nightly"')

const pageSchema = z.strictObject({
  name: name.describe('Heading of the page.'),
  zone: zoneSchema.describe('Days and times of the page are in this IANA zone.'),
  readyBy: timeOfDaySchema.default('08:00').describe('When people start to look.'),
  url: httpUrl.optional().describe('Where readers reach the page; links start with it. By default TIDEMARK_URL, else this machine.'),
  demo: z.boolean().default(false),
  embedIn: embedInSchema.optional(),
})

const tellSchema = z.strictObject({
  email: z.strictObject({ to: emailAddress, from: emailAddress, smtp: secret.describe('"${SMTP_URL}"') }).optional(),
  webhook: z.strictObject({ url: secretUrl, secret: secret.describe('"${WEBHOOK_SECRET}": signs every message.') }).optional(),
  heartbeat: z.strictObject({ url: secretUrl, every: atLeastSecond.prefault('1m') }).optional(),
})

export const calendarSchema = z.strictObject({
  weekdays: weekdaysSchema.default('mon-fri'),
  holidays: z.array(z.iso.date('is not a date such as 2026-12-25')).default([]),
})

const dotted = z.string().refine(isDottedName, 'holds what is no name; write one such as warehouse or analytics.prod')
const listOf = (item: z.ZodType<string, string>) => z.array(item).min(1, 'must hold at least one').max(50, 'must hold at most 50')

export const identitySchema = z.strictObject({
  names: listOf(dotted).optional().describe('What others write before the paths of its assets: the database.'),
  omits: listOf(dotted).optional().describe('What they may leave out at the beginning of a path: the schema that is meant without one.'),
  namespaces: listOf(name.refine((text) => !/:\/\/[^/]*@/.test(text), 'holds a user; leave out what stands before the "@"'))
    .optional()
    .describe('What they call the system: an OpenLineage namespace such as postgres://db.example.edu:5432, a connection of a BI tool.'),
  case: z
    .enum(LETTER_CASES)
    .optional()
    .describe('How a name without quotes is read: in small letters, in capitals, as it is, or whatever its letters.'),
})

export const limitsSchema = z
  .strictObject({
    atOnce: z.int('is not a whole number').min(1, 'must be at least 1').max(1000, 'must be at most 1000').optional(),
    perMinute: z.int('is not a whole number').min(1, 'must be at least 1').max(100_000, 'must be at most 100000').optional(),
  })
  .describe('How much a worker asks of it: requests at the same time, and in a minute.')

export type WrittenLimits = z.infer<typeof limitsSchema>

const connectionSchema = z.looseObject({
  kind: z.string().describe('The connector that speaks to it.'),
  name: name.optional().describe('What people call it; by default its key.'),
  why: whySchema,
  probe: atLeastSecond
    .refine((ms) => ms <= 7 * DAY_MS, 'must be at most 7d')
    .default(PROBE_EVERY_MS)
    .describe('How often to look.'),
  discover: z
    .union([
      z.literal('never'),
      durationSchema.refine((ms) => ms >= 10 * MINUTE_MS && ms <= 30 * DAY_MS, 'must be between 10m and 30d, or never'),
    ])
    .optional()
    .describe('How often to look what there is, for "adopt" and the search; by default once a day.'),
  rotatedOn: z.iso.date('is not a date; write one such as "2026-11-20"').optional().describe('When its secrets were last replaced.'),
  maxAge: positive.default(SECRET_AGE_MAX_MS).describe('The age after which its secrets should be replaced.'),
  identity: identitySchema.optional().describe('What others (dbt, OpenLineage, a BI tool) call its tables.'),
  limits: limitsSchema.optional(),
})

/** What may stand under an asset besides the settings of its connector. */
const assetSchema = z
  .looseObject({
    name: name.optional(),
    why: whySchema,
    kind: z.enum(['source', 'table', 'consumer']).optional(),
    policy: policy.optional(),
    from: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Upstream asset or assets it is made from.'),
    promised: z
      .boolean()
      .optional()
      .describe(
        'Whether the feed is judged by it; by default when something is promised of it and of nothing in the feed that is made from it.',
      ),
    job: jobKeySchema.optional().describe('The job of another system that writes it: <connection>/<job>.'),
    blindAfter: positive.optional().describe('How old our last look may be before we admit that we cannot see.'),
    contract: contractSchema.optional(),
    was: z.string().optional().describe('A former key; its history moves here.'),
  })
  .nullable()

const formerKey = keySchema.optional().describe('A former key; its history moves here, and its address leads here.')

const feedSchema = z.strictObject({
  name: name.optional(),
  why: whySchema,
  description: z.string().optional(),
  owner: z.string().optional(),
  runbook: httpUrl.optional(),
  contract: contractSchema.optional(),
  policy: policy.optional(),
  was: formerKey,
  assets: z.record(assetKeySchema, assetSchema).default({}),
})

const groupSchema = z.strictObject({
  name: name.optional(),
  why: whySchema,
  description: z.string().optional(),
  policy: policy.optional(),
  was: formerKey,
  feeds: z.record(keySchema, feedSchema).default({}),
})

/** Overrides for a flow file, which naming it here wakes; with `extract` a flow of its own, without code. */
const flowSchema = z
  .strictObject({
    why: whySchema,
    schedule: cronLineSchema.optional(),
    timezone: zoneSchema.optional(),
    after: z.array(z.string()).optional().describe('Flows whose run for the same night must have ended well first.'),
    requires: z.literal('contract').optional().describe('It does not run while a contract of what it reads is broken.'),
    timeout: positive.optional(),
    rejectTolerance: z.number().min(0, 'must be between 0 and 1').max(1, 'must be between 0 and 1').optional(),
    connections: z.record(z.string(), z.string()).optional().describe("The flow's connection names → connections of this catalogue."),
    parameters: z.record(z.string(), z.unknown()).optional(),
    ...TRIGGER_SHAPE,
    ...DECLARED_FLOW_SHAPE,
  })
  .nullable()

const adoptSchema = z.strictObject({ ...ADOPT_SHAPE, policy: policy.optional() })

/** The written catalogue: everything but the settings that belong to connectors and flows, which are open here. */
export const catalogueDocumentSchema = z.strictObject({
  access: z
    .enum(['private', 'public'])
    .default('private')
    .describe('private: who has signed in reads the page. public: whoever reaches it does.'),
  page: pageSchema,
  tell: tellSchema.prefault({}).describe('Whom to tell when a feed changes.'),
  channels: z
    .record(keySchema, channelSchema)
    .optional()
    .describe('Receivers of messages, by names of your own; "routes" say what goes there.'),
  routes: z
    .array(routeSchema)
    .max(ROUTES_MAX, `must not hold more than ${ROUTES_MAX} routes`)
    .optional()
    .describe('What is told to which channels; for each of them the first route that fits counts.'),
  contracts: contractsSchema,
  calendars: z.record(keySchema, calendarSchema).default({}),
  connections: z.record(keySchema, connectionSchema).default({}),
  groups: z.record(keySchema, groupSchema).default({}),
  audiences: z
    .record(keySchema, audienceSchema)
    .default({})
    .describe('Who sees which service groups, in the order they are asked; a group that none names is for everybody.'),
  people: peopleSchema.prefault({}).describe('Who may do what, and how people sign in.'),
  flows: z.record(keySchema, flowSchema).default({}),
  lake: lakeSchema.optional().describe('The database that flows load into.'),
  adopt: z
    .array(adoptSchema)
    .max(RULES_MAX, `must not hold more than ${RULES_MAX} rules`)
    .optional()
    .describe(
      'What is taken over of what discovery found, by pattern; the first rule that fits wins, and what is written here wins over all.',
    ),
})
export type CatalogueDocument = z.infer<typeof catalogueDocumentSchema>
export type WrittenAsset = NonNullable<z.infer<typeof assetSchema>>
export type WrittenCalendar = z.infer<typeof calendarSchema>
export type WrittenPolicy = z.infer<typeof policy>
export type WrittenAdoptRule = z.infer<typeof adoptSchema>

/** Keys of a connection and of an asset that are ours; the rest belongs to the connector. */
export const CONNECTION_KEYS: ReadonlySet<string> = new Set(Object.keys(connectionSchema.shape))
export const ASSET_KEYS: ReadonlySet<string> = new Set(Object.keys(assetSchema.unwrap().shape))
