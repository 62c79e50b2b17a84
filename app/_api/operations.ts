import { z } from 'zod'
import { EVENTS_MAX } from '#lib/commands/push/accept-messages.ts'
import { heartbeatSchema, lineageEventSchema } from '#lib/domain/push/event-schema.ts'
import {
  acceptedSchema,
  barsSchema,
  checkRequestedSchema,
  connectionSchema,
  daysSchema,
  listedRunSchema,
  logSchema,
  movedSchema,
  pausedSchema,
  pauseEndedSchema,
  pushValidatedSchema,
  runCancelledSchema,
  runRequestedSchema,
  runSchema,
  statusJsonSchema,
} from '#lib/queries/api/answers.ts'
import { catalogueEntrySchema } from '#lib/queries/api/catalogue-answers.ts'
import { daySchema } from '#lib/queries/api/day-answers.ts'
import { gateQuestion, gateSchema } from '#lib/queries/api/feed-gate.ts'
import { filesRetriedSchema, inboxFileSchema } from '#lib/queries/api/file-answers.ts'
import {
  lookedSchema,
  orderCancelledSchema,
  orderSchema,
  reloadOrderedSchema,
  reloadPlanSchema,
  reportedSchema,
  settledSchema,
} from '#lib/queries/api/order-answers.ts'
import { pauseBody, pauseEndBody, pushBody, reloadBody, reportBody, retryBody, runBody } from '#lib/queries/api/order-bodies.ts'
import {
  artifactQuestion,
  assetsQuestion,
  barsQuestion,
  catalogueQuestion,
  changesQuestion,
  connectionsQuestion,
  dayQuestion,
  daysQuestion,
  eventsHeader,
  eventsQuestion,
  feedsQuestion,
  filesQuestion,
  groupsQuestion,
  heartbeatHeader,
  lineageQuestion,
  logQuestion,
  movedQuestion,
  runsQuestion,
} from '#lib/queries/api/questions.ts'
import { assetSchema, changeSchema, edgeSchema, feedSchema, groupSchema } from '#lib/queries/api/shapes.ts'
import { INCIDENT_OPERATIONS } from './incident-operations.ts'
import { MAINTENANCE_OPERATIONS } from './maintenance-operations.ts'
import { handIn, list, type Operation, type Operations, order, read } from './operation.ts'

const runId = z.uuid().meta({ description: 'The id of a run.' })
const name = z.string().min(1).max(600)

const artifactSchema = z
  .looseObject({
    metadata: z.looseObject({ dbt_schema_version: z.string(), generated_at: z.string(), invocation_id: z.string().nullish() }),
  })
  .meta({ id: 'DbtArtifact', description: 'As dbt writes it; what it is stands in `dbt_schema_version`.' })

const HEARD =
  'What the job that loads an asset tells of itself. The header `Idempotency-Key`, or `run` or `at`, make it known when it comes again.'

const PUSHED =
  'For a flow with `on: push`, whose run takes the body as its parameters, or with a file that becomes known by a push: then the body is one or more events of S3, SNS, EventBridge, Event Grid or CloudEvents. A sender that cannot send headers puts a token that may do nothing else into the address: `?key=…`. Messages of SNS are taken once their signature is verified; its subscriptions and those of Event Grid are confirmed.'

/** The address of what one asset tells of itself, in the two ways it can be written. */
function heartbeat(path: NonNullable<Operation['path']>, how: string): Operations[string] {
  const options: Partial<Operation> = { path, header: heartbeatHeader, description: `${HEARD} ${how}`, refusals: [404] }
  return {
    get: handIn('Tell that an asset was loaded, in one line of cron', acceptedSchema, { ...options, question: heartbeatSchema }),
    post: handIn('Tell that an asset was loaded', acceptedSchema, { ...options, body: heartbeatSchema }),
  }
}

/** Every address of the API by its path and method: what is not here is in no document, and a test says so. */
export const OPERATIONS: Operations = {
  '/api/v1/status': {
    get: read('The whole page', statusJsonSchema, {
      isTagged: true,
      description: 'Takes the key of an address, too: `?key=…`, for readers that cannot send headers.',
    }),
  },
  '/api/v1/groups': { get: list('Service groups', groupSchema, groupsQuestion, { hasRemoved: true }) },
  '/api/v1/feeds': { get: list('Feeds', feedSchema, feedsQuestion, { hasRemoved: true }) },
  '/api/v1/assets': {
    get: list('Assets', assetSchema, assetsQuestion, {
      hasRemoved: true,
      description: 'Clocks, verdict, evidence, policies and lineage of each; with `include=columns` its columns, too.',
    }),
  },
  '/api/v1/catalogue': {
    get: list('The catalogue', catalogueEntrySchema, catalogueQuestion, {
      description:
        'What the search field of the page finds, the best first, each with why it was found. What is only found is for engineers who see everything.',
    }),
  },
  '/api/v1/lineage': {
    get: list('Lineage', edgeSchema, lineageQuestion, { description: 'From which asset which is made.' }),
    post: handIn('Hand in events of OpenLineage', acceptedSchema, {
      description:
        'One event or a list of them, packed by gzip or not. One that came before is known again; when one cannot be read, none is taken.',
      body: z.union([lineageEventSchema, z.array(lineageEventSchema).max(EVENTS_MAX)]),
    }),
  },
  '/api/v1/dbt': {
    post: handIn('Hand in an artifact of dbt', acceptedSchema, {
      description:
        'One file of the target folder as it is, packed by gzip or not: `manifest.json`, `run_results.json`, `sources.json`, `freshness.json` or `catalog.json`. One that came before is known by its invocation.',
      question: artifactQuestion,
      body: artifactSchema,
      refusals: [404],
    }),
  },
  '/api/v1/assets/{asset}/heartbeat': heartbeat({ asset: name }, 'The key of the asset as one part, its slash written `%2F`.'),
  '/api/v1/assets/{asset}/{path}/heartbeat': heartbeat(
    { asset: name, path: name },
    'The key of the asset as it is written, `lake/orders`; further slashes as `%2F`.',
  ),
  '/api/v1/changes': {
    get: list('Status changes', changeSchema, changesQuestion, { description: 'In the order in which they were found out.' }),
  },
  '/api/v1/runs': { get: list('Runs', listedRunSchema, runsQuestion, { description: 'Of all flows, newest first.' }) },
  '/api/v1/files': {
    get: list('Files of inboxes', inboxFileSchema, filesQuestion, {
      description: 'What flows were told of or have seen, each version of a file once, the latest that arrived first.',
    }),
  },
  '/api/v1/runs/{run}': { get: read('A run', runSchema, { path: { run: runId }, refusals: [404] }) },
  '/api/v1/runs/{run}/log': {
    get: read('The log of a run', logSchema, {
      path: { run: runId },
      question: logQuestion,
      refusals: [404],
    }),
  },
  '/api/v1/connections': {
    get: list('Connections', connectionSchema, connectionsQuestion, { hasRemoved: true, description: 'None for whom the page is public.' }),
  },
  '/api/v1/bars': {
    get: read('Ninety days as bars', barsSchema, { question: barsQuestion }),
  },
  '/api/v1/days': {
    get: read('Ninety days of a subject', daysSchema, { question: daysQuestion, refusals: [404] }),
  },
  '/api/v1/days/{day}': {
    get: read('What broke on a day, and why', daySchema, {
      path: { day: z.iso.date().meta({ description: 'One of the last ninety days of the page.' }) },
      question: dayQuestion,
      refusals: [404],
    }),
  },
  '/api/v1/feeds/{feed}/gate': {
    get: {
      tag: 'Wait and follow',
      summary: 'Wait until a feed is fresh',
      description: 'Answers at once, or as soon as the gate opens while you wait. 409: it never will, as things are.',
      path: { feed: name },
      question: gateQuestion,
      answer: gateSchema,
      refusals: [404, 409],
    },
  },
  '/api/v1/events': {
    get: {
      tag: 'Wait and follow',
      summary: 'Follow what changes',
      description:
        'Server-sent events: `change` for a status, `moved` with the topics of what changed. Last-Event-ID takes up where you left off.',
      question: eventsQuestion,
      header: eventsHeader,
      answer: z.string(),
      isStream: true,
    },
  },
  '/api/v1/moved': {
    get: { tag: 'Wait and follow', summary: 'What moved since', question: movedQuestion, answer: movedSchema },
  },
  '/api/v1/flows/{flow}/runs': {
    post: order('Run a flow', runRequestedSchema, {
      path: { flow: name },
      body: runBody,
      refusals: [404, 409, 422],
    }),
  },
  '/api/v1/flows/{flow}/files/retry': {
    post: order('Try files of a flow again', filesRetriedSchema, {
      path: { flow: name },
      body: retryBody,
      description: 'One by its id, or all that have failed: the next run of the flow reads them.',
    }),
  },
  '/api/v1/flows/{flow}/push': {
    post: handIn('Tell a flow of files, or ask for a run of it', z.union([acceptedSchema, pushValidatedSchema]), {
      path: { flow: name },
      header: heartbeatHeader,
      body: pushBody,
      description: PUSHED,
      refusals: [404],
      isAskedFirst: true,
    }),
  },
  '/api/v1/feeds/{feed}/reload': {
    get: read('The plan of a reload', reloadPlanSchema, { path: { feed: name }, refusals: [404] }),
    post: order('Reload a feed, or join the reload that goes on', reloadOrderedSchema, {
      path: { feed: name },
      body: reloadBody,
      refusals: [404, 409, 422],
    }),
  },
  '/api/v1/feeds/{feed}/look': { post: order('Look at a feed now', lookedSchema, { path: { feed: name } }) },
  '/api/v1/feeds/{feed}/reports': {
    post: order('Report a problem with the data of a feed', reportedSchema, {
      path: { feed: name },
      body: reportBody,
      description: 'For people who have signed in, five an hour each; no token reports anything.',
    }),
  },
  '/api/v1/reports/{report}/settle': {
    post: order('Settle a report', settledSchema, { path: { report: z.int().min(1).meta({ description: 'The number of a report.' }) } }),
  },
  '/api/v1/orders/{order}': { get: read('An order of a reload', orderSchema, { path: { order: z.uuid() }, refusals: [404] }) },
  '/api/v1/orders/{order}/cancel': { post: order('Cancel a reload', orderCancelledSchema, { path: { order: z.uuid() } }) },
  '/api/v1/runs/{run}/cancel': { post: order('Cancel a run', runCancelledSchema, { path: { run: runId } }) },
  '/api/v1/connections/{connection}/check': { post: order('Check a connection', checkRequestedSchema, { path: { connection: name } }) },
  '/api/v1/pauses': {
    post: order('Pause, or announce work', pausedSchema, { body: pauseBody }),
  },
  '/api/v1/pauses/end': { post: order('End a pause', pauseEndedSchema, { body: pauseEndBody }) },
  ...INCIDENT_OPERATIONS,
  ...MAINTENANCE_OPERATIONS,
}
