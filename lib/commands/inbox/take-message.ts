import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { noteLeftOut } from '#lib/db/inbox/left-out-messages.ts'
import { type FlowRow, listFlows } from '#lib/db/runs/flows.ts'
import { type FileEvent, FileEventError, readFileEvents } from '#lib/domain/files/file-event.ts'
import { otherThanWanted } from '#lib/domain/runs/trigger-conditions.ts'
import type { FlowTrigger } from '#lib/domain/runs/triggers.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { acceptFilesWithin } from './accept-files.ts'
import { triggerRun } from './trigger-run.ts'

/** What became of a message of a queue: taken, once its rows are committed; full: too much waits already; else why it cannot be read. */
export type MessageEnd = { kind: 'taken' } | { kind: 'full' } | { kind: 'unreadable'; problem: string }

/** A message as its queue hands it out. */
export type TakenMessage = Pick<ToldFiles, 'body' | 'tries'>

class TooManyWait extends Error {}

/**
 * Takes a message of a connection's queue: files it tells of arrive at the flows that wait for them, and flows that wait for messages are asked to run,
 * or where it does not say what they wait for, note that they left it out. What it brings
 * is taken whole or not at all, so that it can be given back; the same again changes nothing more but for a run that has begun meanwhile. Of a message of which a part cannot be
 * read the files in the rest arrive, and it is as unreadable as one of which nothing can be: it goes back, until its queue puts such messages elsewhere.
 */
export async function takeMessage(ctx: Context, source: string, { body, tries }: TakenMessage): Promise<MessageEnd> {
  const flows = await listFlows(ctx.pool)
  const telling = flows.filter(({ on }) =>
    on.some((trigger) => trigger.kind === 'file' && trigger.by === 'queue' && trigger.source === source),
  )
  const waiting = flows.filter(({ on }) => on.some((trigger) => trigger.kind === 'message' && trigger.source === source))
  const { events, problem } = telling.length === 0 ? { events: [], problem: null } : readEvents(body)
  const isUnreadable = problem !== null && (events.length > 0 || waiting.length === 0)
  // By itself: what is given back because of another flow was left out all the same, and is not counted when it comes again.
  const asking = isUnreadable ? [] : await leaveOut(ctx, { source, body, tries }, waiting)
  try {
    await withTransaction(ctx, (sql) => take(sql, ctx, { source, body, events, telling, asking }))
    return isUnreadable ? { kind: 'unreadable', problem } : { kind: 'taken' }
  } catch (error) {
    if (error instanceof TooManyWait) return { kind: 'full' }
    if (isTidemarkError(error) && error.code === 'invalid') return { kind: 'unreadable', problem: error.publicMessage }
    throw error
  }
}

/** Notes at the flows that wait for a queue that one of its messages could not be read, which may be long away before it comes back. */
export async function noteUnreadable(ctx: Context, source: string, { problem, tries }: { problem: string; tries: number }): Promise<void> {
  const flows = (await listFlows(ctx.pool)).filter(({ on }) => on.some((trigger) => isToldBy(trigger, source)))
  const reason = `It could not be read whole and went back into its queue. ${problem}`
  for (const { name } of flows) await noteLeftOut(ctx.pool, name, { reason, isAgain: tries > 1 }, ctx.clock.now())
}

function isToldBy(trigger: FlowTrigger, source: string): boolean {
  return trigger.kind === 'message'
    ? trigger.source === source
    : trigger.kind === 'file' && trigger.by === 'queue' && trigger.source === source
}

/** Notes at the flows that do not want a message that they left it out. Answers those that are to run by it. */
async function leaveOut(
  { pool, clock }: Context,
  { source, body, tries }: TakenMessage & { source: string },
  waiting: readonly FlowRow[],
): Promise<FlowRow[]> {
  const asking: FlowRow[] = []
  for (const flow of waiting) {
    const refusals = flow.on.flatMap((trigger) =>
      trigger.kind === 'message' && trigger.source === source ? [otherThanWanted(trigger.where, body)] : [],
    )
    if (refusals.includes(null)) asking.push(flow)
    else await noteLeftOut(pool, flow.name, { reason: refusals[0] ?? '', isAgain: tries > 1 }, clock.now())
  }
  return asking
}

interface Message extends Pick<TakenMessage, 'body'> {
  source: string
  events: readonly FileEvent[]
  telling: FlowRow[]
  asking: FlowRow[]
}

async function take(sql: Sql, { clock }: Context, { source, body, events, telling, asking }: Message): Promise<void> {
  const now = clock.now()
  for (const { name } of telling) await acceptFilesWithin(sql, now, { flow: name, source, files: events })
  for (const { name } of asking)
    if ((await triggerRun(sql, now, { flow: name, trigger: 'message', body })) === null) throw new TooManyWait()
}

function readEvents(body: unknown): { events: readonly FileEvent[]; problem: string | null } {
  try {
    return { events: readFileEvents(body), problem: null }
  } catch (error) {
    if (error instanceof FileEventError) return { events: error.readable, problem: error.publicMessage }
    throw error
  }
}
