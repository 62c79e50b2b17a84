import type { ClientBase } from 'pg'
import type { z } from 'zod'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { LoadCounts, LoadRows, LoadSpec, TableLoad } from './lake/load-spec.ts'

/** Retries of one task: network, 408, 425, 429 and 5xx only (`TidemarkError.retryable`), jittered, Retry-After honoured. */
export interface TaskOptions {
  /** Further tries after the first; 0 when absent. */
  retries?: number
  /** First wait; grows by `backoffFactor` (2 when absent) up to `backoffMaxMs`. */
  backoffMs?: number
  backoffMaxMs?: number
  backoffFactor?: number
  /** Total limit of one try. */
  timeoutMs?: number
}

/** The same for one of very many small questions, which have no row of their own in the ledger. */
export interface RetryOptions extends TaskOptions {
  /** Told before each wait. */
  onWait?: (waitMs: number, error: unknown) => void
}

export interface MapOptions {
  /** Items that may wait for a retry without a slot before nothing more is taken from the source; four per slot when absent. */
  waitingMax?: number
  /** How much of the concurrency, at least 1, may be used now; asked anew for each item. All of it when absent. */
  places?: () => number
}

/** A transaction on the lake that holds the flow's fence: it commits once, or the batch was there before. */
export type LakeWork<T> = (sql: ClientBase) => Promise<T>

interface ConnectionHandle {
  /** Reads records through the connection's connector. */
  extract(request: Record<string, unknown>): AsyncIterable<unknown>
  /** Hands a file over through the connection's connector. */
  deliver(delivery: Delivery): Promise<Delivered>
}

/** What a flow is given. Everything it does to the outside goes through here. */
export interface FlowContext<P> {
  parameters: P
  runId: string
  /** 1 for the first try of this run; more after a crash. */
  attempt: number
  /** When this run was meant to begin: its tick, or the moment somebody asked for it. The same for every attempt. */
  scheduledFor: Instant
  now(): Instant
  signal: AbortSignal
  log: {
    info(message: string, data?: object): void
    warn(message: string, data?: object): void
    error(message: string, data?: object): void
  }
  connect(name: string): ConnectionHandle
  /** A named step: shown on the page, retried by its options, skipped on resume when it has a stored result. */
  task<T>(name: string, options: TaskOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** A task's tries, limits and waits without a name, a row in the ledger or a line in the log. Throws what the last try threw. */
  retry<T>(options: RetryOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Bounded concurrency over an iterable with back-pressure; a waiting retry holds no slot. Results in completion order. */
  map<T, R>(
    items: AsyncIterable<T> | Iterable<T>,
    concurrency: number,
    work: (item: T) => Promise<R>,
    options?: MapOptions,
  ): AsyncIterable<R>
  /** Cuts an iterable into arrays of at most `size`. */
  batch<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncIterable<T[]>
  /** Cuts an iterable into arrays whose weights add up to at most `limit`; one item that is heavier stands alone. */
  batchByWeight<T>(items: AsyncIterable<T> | Iterable<T>, limit: number, weightOf: (item: T) => number): AsyncIterable<T[]>
  lake: {
    /** Applies sql/<name> once per content, under a lock. Idempotent DDL only. */
    applySchema(file: string): Promise<void>
    /**
     * One transaction under the flow's fence, recorded in tidemark.load_batch(run, attempt, task, batch_key).
     * A batch that an earlier attempt of this run committed is not run again: its stored result comes back.
     */
    once<T>(task: string, batchKey: string, work: LakeWork<T>): Promise<T>
    /** Reads outside a fence. */
    query<T>(text: string, values?: readonly unknown[]): Promise<T[]>
    /** COPYs rows of text values (null = NULL) into a table the transaction can see; back-pressured. */
    copyIn(
      sql: ClientBase,
      table: string,
      columns: readonly string[],
      rows: AsyncIterable<readonly (string | null)[]> | Iterable<readonly (string | null)[]>,
    ): Promise<number>
    /** Loads rows into a table as `spec` says: staged as slowly as they come, then put there in one short fenced transaction, once per run. */
    load(spec: LoadSpec, rows: LoadRows): Promise<LoadCounts>
    /** The same in steps, for a flow that reads in one task and writes in another. Close it in the end. */
    beginLoad(spec: LoadSpec): Promise<TableLoad>
  }
  /** Puts one row aside with its reason; it counts against the flow's `rejectTolerance`. */
  quarantine(task: string, key: string, reason: string, row?: unknown): Promise<void>
  progress(done: number, total?: number): void
  /** The numbers of one stage as they are now, shown while the run runs; replaces what was said of that stage before. */
  count(stage: string, counts: Record<string, number>): void
}

/** What a flow reports at its end; shown on the page. */
export interface FlowResult {
  /** Rows that arrived or changed. 0 on a good load: the asset is `idle`, not late. */
  rowsLoaded: number
  /** Rows looked at; with the quarantined ones the base of the rejected share. */
  rowsSeen: number
  /** Words for the run page. */
  summary: Record<string, number | string>
  /** Rows per written asset key where they differ from `rowsLoaded`. */
  rowsByAsset?: Record<string, number>
  /** How many of those were only removed, in all and per asset key where that differs: they move no `writtenAt`. */
  rowsRemoved?: number
  removedByAsset?: Record<string, number>
  /** Set when part of the work could not be done (a term that failed): the run ends `partial`. */
  incomplete?: string
  /** Words about rows that were put aside one by one; whether `loadedAt` moves is left to their share. */
  remark?: string
  /** The clocks this run may move at most; all when absent. A dry run moves nothing, a load of a few rows does not prove the rest. */
  moves?: 'nothing' | 'writtenAt'
}

export interface Flow<P = unknown> {
  schedule: string
  timezone: string
  /** Flows whose run for the same night must have ended well first. */
  after?: readonly string[]
  /** Asset keys, as the catalogue knows them. */
  reads: readonly string[]
  writes: readonly string[]
  /** Connection names the flow uses; the catalogue may map them to others. */
  connections: readonly string[]
  /** Connections needed besides with these parameters; the catalogue is checked for those that every night has. */
  connectionsFor?(parameters: P): readonly string[]
  parameters: z.ZodType<P>
  timeoutMs: number
  /** Largest rejected share (0…1) at which `loadedAt` still moves. */
  rejectTolerance?: number
  run(ctx: FlowContext<P>): Promise<FlowResult>
}

/** Declares a flow; the file's default export, the file's name is the flow's name. */
export function defineFlow<P>(flow: Flow<P>): Flow<P> {
  return flow
}
