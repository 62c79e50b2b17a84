import { z } from 'zod'
import { locationSchema as location, statusSchema as status, timeSchema as time } from './shapes.ts'

const maybeTime = time.nullable()
const text = z.string().nullable()
const named = z.object({ key: z.string(), name: z.string() })
const causeSchema = z
  .object({
    kind: z.enum(['asset', 'connection', 'flow', 'job', 'unseen']),
    key: z.string().meta({
      description:
        'The key of the asset or the connection, the name of the flow, the job as `<connection>/<job>`; empty where it is not seen.',
    }),
    name: z.string(),
  })
  .meta({ id: 'Cause', description: 'What something that is not fresh comes down to.' })

const line = {
  id: z.int(),
  openedAt: time,
  endedAt: maybeTime,
  endHow: z.enum(['resolved', 'merged']).nullable().meta({ description: '`merged`: it goes on in `mergedInto`.' }),
  mergedInto: z.int().nullable(),
  wellSince: maybeTime.meta({
    description: 'Nothing of it is unhealthy since then; it ends when that has lasted for a quarter of an hour.',
  }),
  withdrawnAt: maybeTime.meta({ description: 'Late evidence says that it never was.' }),
  status: status.meta({ description: 'The worst of what it holds now.' }),
  worst: status.meta({ description: 'The worst it ever was.' }),
  causes: z.array(causeSchema.extend({ since: time })),
  feeds: z.array(named.extend({ group: named, owner: text, assets: z.int() })),
  assets: z.int(),
  concerned: z
    .array(
      z.object({
        name: z.string(),
        kind: z
          .enum(['group', 'feed', 'asset'])
          .nullable()
          .meta({ description: 'What of the catalogue it is; null: only the contract names it.' }),
        key: text,
        group: named.nullable(),
        owners: z.array(z.string()),
        knownBy: z.array(z.enum(['contract', 'lineage'])),
      }),
    )
    .meta({ description: 'Of one about a broken contract: who reads what that is about, without the feeds that it holds back.' }),
  acknowledgedAt: maybeTime,
  acknowledgedBy: text,
  assignee: text,
  snoozedUntil: maybeTime,
  update: z
    .object({ at: time, by: z.string(), text: z.string() })
    .nullable()
    .meta({ description: 'The last that was written to everybody.' }),
}

/** An incident in a list. */
export const incidentSchema = z
  .object(line)
  .meta({ id: 'Incident', description: 'Everything that is down for one cause, as far as you see it.' })
export type ApiIncident = z.infer<typeof incidentSchema>

const entrySchema = z.object({
  at: time,
  kind: z.enum([
    ...([
      'opened',
      'joined',
      'left',
      'root-changed',
      'merged',
      'merged-into',
      'split',
      'turned-worse',
      'turned-better',
      'resolved',
      'reopened',
    ] as const),
    ...(['acknowledged', 'assigned', 'snoozed', 'updated', 'noted', 'postmortem', 'linked'] as const),
  ]),
  causes: z.array(causeSchema).optional().meta({ description: 'What it stands on from then on, or what came.' }),
  went: z.array(causeSchema).optional(),
  assets: z.array(z.string()).optional().meta({ description: 'The keys of those that came in or left.' }),
  incidents: z.array(z.int()).optional().meta({ description: 'The other incidents that it is about.' }),
  from: status.optional(),
  to: status.optional(),
  by: z.string().optional(),
  text: z.string().optional(),
  assignee: text.optional(),
  until: maybeTime.optional(),
  run: z.string().optional(),
  order: z.string().optional(),
})
export type ApiIncidentEntry = z.infer<typeof entrySchema>

/** One incident. */
export const incidentDetailSchema = z
  .object({
    ...line,
    cameFrom: z.int().nullable(),
    openedBy: causeSchema.nullable(),
    timeline: z.array(entrySchema),
    members: z.array(named.extend({ feed: named, group: named, status, from: time, to: maybeTime })),
    linked: z.array(z.object({ kind: z.enum(['run', 'order']), id: z.string(), name: z.string(), state: z.string(), at: time })),
    changedBefore: z
      .array(
        z.object({
          at: time,
          kind: z.enum(['catalogue', 'credential', 'columns', 'order', 'run', 'maintenance', 'deploy']),
          key: z.string(),
          name: z.string(),
          by: text,
        }),
      )
      .meta({ description: 'What changed in the day before it opened.' }),
  })
  .meta({ id: 'IncidentInFull', description: 'What the facts and people say of one incident, as far as you see it.' })
export type ApiIncidentInFull = z.infer<typeof incidentDetailSchema>

/** What a note of a deploy is answered with. */
export const deployNotedSchema = z.object({ deploy: z.int(), location }).meta({ id: 'DeployNoted' })

/** What people's words are answered with. */
export const saidSchema = z
  .object({
    incident: z.int().meta({ description: 'Of which it was said: one that goes on in another is spoken of there.' }),
    isNew: z.boolean().meta({ description: 'False: it was so already.' }),
    location,
  })
  .meta({ id: 'Said' })
