import { SECOND_MS } from '#lib/domain/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { databaseProblem, withinPatience } from '#lib/queries/database-answer.ts'

const EVERY_MS = 2 * SECOND_MS

declare global {
  /** Why the database cannot be asked at the moment; undefined while it answers. */
  var tidemarkDatabaseProblem: string | undefined
}

/** What the last look found: why the database cannot be asked, or undefined. */
export function knownProblem(): string | undefined {
  return globalThis.tidemarkDatabaseProblem
}

/** Asks the database every two seconds whether it is there; `onTurn` is called when it falls silent and when it is back. */
export async function feelPulse(
  clock: Clock,
  signal: AbortSignal,
  ask: () => Promise<unknown>,
  onTurn: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const problem = await withinPatience(clock, ask()).then(() => undefined, databaseProblem)
    const hasTurned = (problem === undefined) !== (knownProblem() === undefined)
    globalThis.tidemarkDatabaseProblem = problem
    if (hasTurned && !signal.aborted) await onTurn()
    await clock.sleep(EVERY_MS, signal)
  }
}
