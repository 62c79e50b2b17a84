import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { databaseProblem, TROUBLE_WORDS, withinPatience } from '#lib/queries/changes/database-answer.ts'
import type { WebProcess } from './web-process.ts'

const EVERY_MS = 2 * SECOND_MS

/** Why the database cannot be asked, and since when. */
export interface DatabaseTrouble {
  problem: string
  since: Instant
}

declare global {
  /** Why the database cannot be asked at the moment; undefined while it answers. */
  var tidemarkDatabaseTrouble: DatabaseTrouble | undefined
  /** Who waits for an answer that a silent database will not give. */
  var tidemarkWaiting: Set<() => void> | undefined
}

/** What the last look found: why the database cannot be asked, or undefined. */
export function knownTrouble(): DatabaseTrouble | undefined {
  return globalThis.tidemarkDatabaseTrouble
}

/** Calls back when the database falls silent; the answer ends that. */
export function whenSilent(call: () => void): () => void {
  globalThis.tidemarkWaiting ??= new Set()
  const waiting = globalThis.tidemarkWaiting
  waiting.add(call)
  return () => waiting.delete(call)
}

/** Asks the database every two seconds whether it is there; `onTurn` is called when it falls silent and when it is back. */
export async function feelPulse(
  clock: Clock,
  signal: AbortSignal,
  ask: () => Promise<unknown>,
  onTurn: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const known = knownTrouble()
    const found = await look(clock, ask)
    const trouble = found && { ...found, since: known?.since ?? found.since }
    globalThis.tidemarkDatabaseTrouble = trouble
    const hasTurned = (trouble === undefined) !== (known === undefined)
    if (hasTurned && trouble !== undefined) for (const call of globalThis.tidemarkWaiting ?? []) call()
    if (hasTurned && !signal.aborted) await onTurn()
    await clock.sleep(EVERY_MS, signal)
  }
}

/** What keeps an answer that needs the database from coming, asked anew where nothing is known: silence, or what it has just refused. */
export async function lookForTrouble({ context, ask }: Pick<WebProcess, 'context' | 'ask'>): Promise<DatabaseTrouble | undefined> {
  const silent = knownTrouble() ?? (await look(context.clock, ask))
  if (silent !== undefined) return silent
  const refused = context.trouble.current()
  return refused === null ? undefined : { problem: TROUBLE_WORDS[refused.kind], since: refused.since }
}

async function look(clock: Clock, ask: () => Promise<unknown>): Promise<DatabaseTrouble | undefined> {
  const since = clock.now()
  return withinPatience(clock, ask()).then(
    () => undefined,
    (error: unknown) => ({ problem: databaseProblem(error), since }),
  )
}
