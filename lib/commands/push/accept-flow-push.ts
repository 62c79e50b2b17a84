import { z } from 'zod'
import type { Context, Sql } from '#lib/db/context.ts'
import { getFlow } from '#lib/db/runs/flows.ts'
import { type FileEvent, FileEventError, readFileEvents } from '#lib/domain/files/file-event.ts'
import { problemsInWords } from '#lib/domain/push/event-schema.ts'
import { isFromSns, snsMessageSchema } from '#lib/domain/push/sns-message.ts'
import { otherThanWanted, type WantedValues } from '#lib/domain/runs/trigger-conditions.ts'
import type { FileTrigger } from '#lib/domain/runs/triggers.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Accepted, acceptMessages, dedupeKeyOf, requirePusher } from './accept-messages.ts'

/** A flow that may be pushed to, and what makes of it what is pushed. */
export interface PushedFlow {
  name: string
  /** What it is told of files goes into its inbox, by these. */
  files: FileTrigger[]
  /** Anything else is a run of it, with what is sent as its parameters, where that says what one of these wants; none: nothing else is taken. */
  runs: WantedValues[]
}

/** What of a push waits for a worker. */
export const flowPushSchema = z.object({ flow: z.string(), sent: z.unknown().optional() })

const NO_PARAMETERS = 'A run takes a JSON object with its parameters, or nothing.'
const NO_FLOW = 'There is no flow of this name here that may be pushed to (on: push, or a file by push).'

/** A flow that whoever asks sees and that may be pushed to; `not-found` for any other, and for one that nobody knows. */
export async function findPushedFlow(ctx: Context, name: string): Promise<PushedFlow> {
  requirePusher(ctx)
  const flow = await loadPushedFlow(ctx.pool, name)
  if (flow === null) throw new TidemarkError('not-found', { publicMessage: NO_FLOW })
  return flow
}

/** What may be pushed to a flow of the catalogue in force; null: nothing. */
export async function loadPushedFlow(sql: Sql, name: string): Promise<PushedFlow | null> {
  const on = (await getFlow(sql, name))?.on ?? []
  const files = on.flatMap((trigger) => (trigger.kind === 'file' && trigger.by === 'push' ? [trigger] : []))
  const runs = on.flatMap((trigger) => (trigger.kind === 'push' ? [trigger.where ?? {}] : []))
  return files.length === 0 && runs.length === 0 ? null : { name, files, runs }
}

/**
 * Keeps what is pushed to a flow for a worker. Known when it comes again under the sender's key or with the ids that events bear. Refused (`invalid`) when it
 * is for nothing here: neither a message of SNS, nor of files where the flow takes files, nor parameters where it takes runs.
 */
export function acceptFlowPush(ctx: Context, flow: PushedFlow, sent: unknown, idempotencyKey: string | null): Promise<Accepted> {
  requireUse(flow, sent)
  const ids = idempotencyKey === null ? idsIn(sent) : [idempotencyKey]
  const dedupeKey = dedupeKeyOf(['flow', requirePusher(ctx).tokenId, flow.name, ...(ids ?? [crypto.randomUUID()])])
  return acceptMessages(ctx, [{ kind: 'flow', dedupeKey, eventAt: ctx.clock.now(), body: { flow: flow.name, sent } }])
}

function requireUse(flow: PushedFlow, sent: unknown): void {
  if (!isFromSns(sent)) {
    readPush(flow, sent)
    return
  }
  const { error } = snsMessageSchema.safeParse(sent)
  if (error !== undefined) throw new TidemarkError('invalid', { publicMessage: problemsInWords(error.issues, String) })
}

/** What a push comes to: files, or the parameters of a run. */
export type ReadPush = { files: FileEvent[] } | { parameters: Record<string, unknown> }

/** What is sent to a flow comes to; `invalid` where it is nothing that the flow takes. */
export function readPush({ files, runs }: Pick<PushedFlow, 'files' | 'runs'>, sent: unknown): ReadPush {
  if (files.length === 0) return { parameters: wantedParameters(runs, sent) }
  try {
    return { files: readFileEvents(sent) }
  } catch (error) {
    // Files are told of: as a run those that can be read would be lost.
    if (runs.length === 0 || !(error instanceof FileEventError) || error.readable.length > 0) throw error
    return { parameters: wantedParameters(runs, sent) }
  }
}

function wantedParameters(runs: readonly WantedValues[], sent: unknown): Record<string, unknown> {
  const parameters = toParameters(sent)
  const [first, ...more] = runs.map((wanted) => otherThanWanted(wanted, parameters))
  if (first == null || more.includes(null)) return parameters
  throw new TidemarkError('invalid', { publicMessage: `The flow does not run for this. ${first}` })
}

/** The parameters in what is sent: its members, or those of what an envelope holds; none in a list of several events. */
function toParameters(sent: unknown): Record<string, unknown> {
  if (sent === undefined || sent === null) return {}
  if (Array.isArray(sent)) return sent.length === 1 ? toParameters(sent[0]) : {}
  if (typeof sent !== 'object') throw new TidemarkError('invalid', { publicMessage: NO_PARAMETERS })
  const members: Record<string, unknown> = { ...sent }
  if (isFromSns(sent)) return toParameters(jsonOf(members['Message']))
  if (members['specversion'] !== undefined || members['eventType'] !== undefined) return toParameters(members['data'])
  return members['detail-type'] === undefined ? members : toParameters(members['detail'])
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}

const eventId = z.union([
  z.object({ Type: z.string(), TopicArn: z.string(), MessageId: z.string() }).transform(({ TopicArn, MessageId }) => [TopicArn, MessageId]),
  z.object({ specversion: z.string(), source: z.string(), id: z.string() }).transform(({ source, id }) => [source, id]),
  z.object({ 'detail-type': z.string(), source: z.string(), id: z.string() }).transform(({ source, id }) => [source, id]),
  z.object({ eventType: z.string(), topic: z.string(), id: z.string() }).transform(({ topic, id }) => [topic, id]),
])

/** The ids of all events in a body, as their system gives them; null where any has none, or is no event. */
function idsIn(sent: unknown): string[] | null {
  const read = z
    .array(eventId)
    .min(1)
    .safeParse(Array.isArray(sent) ? sent : [sent])
  return read.success ? read.data.flat() : null
}
