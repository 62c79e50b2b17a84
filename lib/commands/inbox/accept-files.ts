import { fitsGlob } from '#lib/catalogue/adopt/path-glob.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { type Arrival, type ArrivingFile, insertFiles, insertRemovals } from '#lib/db/inbox/inbox-files.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { getFlow } from '#lib/db/runs/flows.ts'
import type { FileEvent } from '#lib/domain/files/file-event.ts'
import { markOfVersion, pathBelow } from '#lib/domain/files/inbox-file.ts'
import { otherThanWantedBytes } from '#lib/domain/runs/trigger-conditions.ts'
import type { FileTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface AcceptedFiles {
  /** Kept now, for a run to carry over. */
  arrived: number
  /** Told or seen before, or told to be removed. */
  known: number
  /** Not what the flow waits for: elsewhere, or another name. */
  ignored: number
}

/** So many are kept in one statement. */
const BATCH = 1000

/**
 * Keeps the files that a flow waits for, told or seen through a connection, in its inbox, once for each version, and wakes the workers; all of them or, where
 * that fails, none; one that is told to be of another size than the flow takes has failed as it comes. It is all the same how often and in which order files come. A flow that is not in the catalogue waits for nothing.
 */
export function acceptFiles(
  ctx: Context,
  flow: string,
  source: string,
  files: readonly FileEvent[] | readonly StoredFile[],
): Promise<AcceptedFiles> {
  return withTransaction(ctx, (sql) => acceptFilesWithin(sql, ctx.clock.now(), { flow, source, files }))
}

/** The same within a transaction. */
export async function acceptFilesWithin(
  sql: Sql,
  now: Instant,
  { flow, source, files }: { flow: string; source: string; files: readonly (FileEvent | StoredFile)[] },
): Promise<AcceptedFiles> {
  const on = (await getFlow(sql, flow))?.on ?? []
  const triggers = on.flatMap((trigger) => (trigger.kind === 'file' && trigger.source === source ? [trigger] : []))
  const wanted = files.flatMap((file) => {
    const own = triggers.filter((trigger) => isWanted(trigger, file))
    return own.length === 0 ? [] : [{ ...file, refusal: refusalOf(own, file) }]
  })
  const by = { flow, source, now }
  let arrived = 0
  for (let at = 0; at < wanted.length; at += BATCH) arrived += await keep(sql, by, wanted.slice(at, at + BATCH))
  if (arrived > 0) await notifyWorkers(sql)
  return { arrived, known: wanted.length - arrived, ignored: files.length - wanted.length }
}

function isWanted({ place, match }: FileTrigger, file: FileEvent | StoredFile): boolean {
  if (file.key.endsWith('/') || file.key === '') return false
  const below = pathBelow(place, file)
  return below !== null && (match === null || fitsGlob(match, below))
}

/** Why none of the triggers that wait for a file takes one of its size; null: one does. */
function refusalOf(triggers: readonly FileTrigger[], { bytes }: FileEvent | StoredFile): string | null {
  const refusals = triggers.map((trigger) => otherThanWantedBytes(trigger, bytes))
  return refusals.includes(null) ? null : (refusals[0] ?? null)
}

type Wanted = (FileEvent | StoredFile) & { refusal: string | null }

async function keep(sql: Sql, by: Omit<Arrival, 'isListed'>, files: readonly Wanted[]): Promise<number> {
  const listed = files.flatMap((file) => ('modifiedAt' in file ? [{ ...file, sequencer: null }] : []))
  const told = files.flatMap((file) => ('modifiedAt' in file ? [] : [file]))
  const written = told.filter(({ change }) => change === 'written').map((event) => toArriving(event, markOfVersion(event)))
  const removed = told.filter(({ change }) => change === 'removed').map((event) => toArriving(event, markOfRemoval(event)))
  await insertRemovals(sql, { ...by, isListed: false }, removed)
  return (await insertFiles(sql, { ...by, isListed: true }, listed)) + (await insertFiles(sql, { ...by, isListed: false }, written))
}

function toArriving({ bucket, key, bytes, at, sequencer, refusal }: FileEvent & { refusal: string | null }, version: string): ArrivingFile {
  const order = sequencer === null ? null : sequencer.toLowerCase().replace(/0+$/, '')
  return { bucket, key, version, bytes, modifiedAt: at, sequencer: order, refusal }
}

/** A removal is no version; each is known by when it was. */
function markOfRemoval({ sequencer, at }: FileEvent): string {
  return `~removed ${sequencer ?? at ?? ''}`
}
