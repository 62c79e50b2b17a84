import type { z } from 'zod'
import type { ClaimedRun } from '#lib/commands/runs/claim-run.ts'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import type { ProbeTurns } from '#lib/domain/connections/probe-turns.ts'
import type { Flow } from '#lib/engine/flow.ts'
import type { Notifier } from '#lib/notifiers/notifier.ts'
import type { Lookup, SecretSource } from '#lib/platform/secrets/secrets.ts'

export interface HeldRuns {
  hasRoom(): boolean
  /** Claims a run and starts it; false when it may not begin or there is no room. */
  take(services: JobServices, runId: string): Promise<boolean>
  ids(): string[]
  start(services: JobServices, run: ClaimedRun): void
  /** Checks at once whether a run was cancelled or taken away. */
  renewLeasesNow(): void
  /** Lets runs finish that are about to, hands the others back. */
  stop(sleep: (ms: number) => Promise<void>): Promise<void>
}

export interface JobServices {
  ctx: Context
  workerId: string
  flows: ReadonlyMap<string, Flow>
  connectors: ReadonlyMap<string, Connector>
  notifiers: ReadonlyMap<string, Notifier>
  /** Undefined: no lake is named, and flows fail in words. */
  lakeUrl: string | undefined
  config: string
  lookup: Lookup
  placeOf: SecretSource['placeOf']
  /** Key of the hashes by which secrets are remembered. */
  fingerprintKey: string
  random: () => number
  runs: HeldRuns
  probeTurns: ProbeTurns
  signal: AbortSignal
}

/** One kind of wake-up; its file's name is its name. */
export interface JobKind<I = unknown> {
  input: z.ZodType<I>
  /** Waiting wake-ups with the same key are one. */
  key(input: I): string
  parallel?: number
  /** Must be safe at any time and concurrently: rows decide, the wake-up is a hint. What it throws is logged; the next sweep wakes it
   * again. */
  run(services: JobServices, input: I): Promise<void>
}

export function defineJobKind<I>(kind: JobKind<I>): JobKind<I> {
  return kind
}
