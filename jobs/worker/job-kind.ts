import type { z } from 'zod'
import type { ClaimedRun } from '#lib/commands/runs/claim-run.ts'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import type { Flow } from '#lib/engine/flow.ts'
import type { Notifier } from '#lib/notifiers/notifier.ts'
import type { Lookup, SecretSource } from '#lib/platform/secrets/secrets.ts'

/** The runs a worker holds and executes. */
export interface HeldRuns {
  /** Whether another run may be taken. */
  hasRoom(): boolean
  /** Claims a run, if it may begin, and starts it; false when this worker has no room for another. */
  take(services: JobServices, runId: string): Promise<boolean>
  ids(): string[]
  /** Executes a claimed run in the background to its end. */
  start(services: JobServices, run: ClaimedRun): void
  /** Looks at once whether somebody cancelled a run or took it away. */
  renewLeasesNow(): void
  /** Lets runs finish that are about to, hands the others back. */
  stop(sleep: (ms: number) => Promise<void>): Promise<void>
}

/** What a worker's jobs work with. */
export interface JobServices {
  ctx: Context
  workerId: string
  flows: ReadonlyMap<string, Flow>
  connectors: ReadonlyMap<string, Connector>
  notifiers: ReadonlyMap<string, Notifier>
  /** Undefined when nobody named a lake: flows then fail in words. */
  lakeUrl: string | undefined
  /** The catalogue's file or folder. */
  config: string
  /** Values for `${NAME}`, read anew each time. */
  lookup: Lookup
  /** Where a variable is set. */
  placeOf: SecretSource['placeOf']
  /** Values of secrets are remembered only as hashes under this key. */
  fingerprintKey: string
  random: () => number
  /** The runs this worker holds. */
  runs: HeldRuns
  /** Aborts when the worker stops. */
  signal: AbortSignal
}

/** One kind of wake-up: what it says, when two say the same, and what to do. The file's name is its name. */
export interface JobKind<I = unknown> {
  input: z.ZodType<I>
  /** Two wake-ups with the same key that nobody has taken yet are one. */
  key(input: I): string
  /** How many of this kind one worker does at a time; 1 when absent. */
  parallel?: number
  /**
   * Must be safe to call at any time and twice at the same time: rows decide what is to be done, the wake-up is only a
   * hint. What it throws is logged and otherwise forgotten; the next sweep wakes it again.
   */
  run(services: JobServices, input: I): Promise<void>
}

/** Declares a job kind; the file's default export. */
export function defineJobKind<I>(kind: JobKind<I>): JobKind<I> {
  return kind
}
