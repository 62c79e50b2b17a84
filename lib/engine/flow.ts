import type { ClientBase } from 'pg'
import type { z } from 'zod'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import type { IndexBuild, WantedBuild } from '#lib/connectors/kit/index-build.ts'
import type { Writing, Written } from '#lib/connectors/kit/write.ts'
import type { JobEnd } from '#lib/domain/runs/job-of-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { FlowInbox } from './inbox/flow-inbox.ts'
import type { JobElsewhere } from './job-elsewhere.ts'
import type { LoadCounts, LoadRows, LoadSpec, TableLoad } from './lake/load-spec.ts'

/** Retries happen only for `TidemarkError.retryable`: network, 408, 425, 429, 5xx; jittered, Retry-After honoured. */
export interface TaskOptions {
  /** Further tries after the first; 0 when absent. */
  retries?: number
  /** First wait; grows by `backoffFactor` (2 when absent) up to `backoffMaxMs`. */
  backoffMs?: number
  backoffMaxMs?: number
  backoffFactor?: number
  timeoutMs?: number
}

/** For one of very many small questions, which have no row in the ledger. */
export interface RetryOptions extends TaskOptions {
  onWait?: (waitMs: number, error: unknown) => void
}

interface MapOptions {
  /** Items that may wait for a retry without a slot before nothing more is taken from the source; 4 a slot when absent. */
  waitingMax?: number
  /** How much of the concurrency, at least 1, may be used now; asked again for each item. */
  places?: () => number
}

/** A transaction on the lake that holds the flow's fence: it commits once, or the batch was there before. */
export type LakeWork<T> = (sql: ClientBase) => Promise<T>

interface ConnectionHandle {
  extract(request: Record<string, unknown>): AsyncIterable<unknown>
  deliver(delivery: Delivery): Promise<Delivered>
  /** A file that lies there, in that version; throws `not-found` where it is gone. */
  openFile(file: WantedFile): Promise<OpenedFile>
  /** Copies a file within that system, to `<bucket>/<key>`; asked again it leaves the same file there. */
  copyFile(file: StoredFile, to: string): Promise<StoredFile>
  /** Writes rows into a table there; writing them again changes nothing. */
  write(writing: Writing): Promise<Written>
  buildIndex(wanted: WantedBuild): Promise<IndexBuild>
}

/** All that a flow may do to the outside. */
export interface FlowContext<P> {
  parameters: P
  runId: string
  attempt: number
  /** Its tick, or when somebody asked for it; the same for every attempt. */
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
  /** A task's tries and waits without a name, a ledger row or a log line. Throws what the last try threw. */
  retry<T>(options: RetryOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Bounded concurrency over an iterable with back-pressure; a waiting retry holds no slot. Results in completion order. */
  map<T, R>(
    items: AsyncIterable<T> | Iterable<T>,
    concurrency: number,
    work: (item: T) => Promise<R>,
    options?: MapOptions,
  ): AsyncIterable<R>
  batch<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncIterable<T[]>
  /** Cuts an iterable into arrays whose weights add up to at most `limit`; one item that is heavier stands alone. */
  batchByWeight<T>(items: AsyncIterable<T> | Iterable<T>, limit: number, weightOf: (item: T) => number): AsyncIterable<T[]>
  lake: {
    /** Applies sql/<name> once per content, under a lock. Idempotent DDL only. */
    applySchema(file: string): Promise<void>
    /** One transaction under the flow's fence, recorded in tidemark.load_batch. A batch that an earlier attempt of this run committed is
     * not run again: its stored result comes back. */
    once<T>(task: string, batchKey: string, work: LakeWork<T>): Promise<T>
    /** Reads outside a fence. */
    query<T>(text: string, values?: readonly unknown[]): Promise<T[]>
    /** COPYs rows of text values (null = NULL) into a table the transaction can see, with back-pressure. */
    copyIn(
      sql: ClientBase,
      table: string,
      columns: readonly string[],
      rows: AsyncIterable<readonly (string | null)[]> | Iterable<readonly (string | null)[]>,
    ): Promise<number>
    /** Loads rows as `spec` says: staged as slowly as they come, then written in one short fenced transaction, once per run. */
    load(spec: LoadSpec, rows: LoadRows): Promise<LoadCounts>
    /** The same in steps, for a flow that reads in one task and writes in another. Close it in the end. */
    beginLoad(spec: LoadSpec): Promise<TableLoad>
  }
  /** The files that wait for the flow (`inbox/drain-inbox.ts` carries them over). */
  inbox: FlowInbox
  /** The job of another system that does its work. */
  job: JobElsewhere
  quarantine(task: string, key: string, reason: string, row?: unknown): Promise<void>
  progress(done: number, total?: number): void
  /** The numbers of one stage so far, shown while the run runs; each call replaces the one before. */
  count(stage: string, counts: Record<string, number>): void
}

export interface FlowResult {
  /** Rows that arrived or changed. 0 on a good load: the asset is `idle`, not late. */
  rowsLoaded: number
  /** Rows looked at; with the quarantined ones the base of the rejected share. */
  rowsSeen: number
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
  /** The clocks this run may move at most; all when absent. A dry run moves none, and a load of a few rows does not prove the rest. */
  moves?: 'nothing' | 'writtenAt'
  /** Nobody counted the rows: `rowsLoaded` says nothing. */
  isUncounted?: true
  /** Of work that another system has done: how and when it ended there. */
  ended?: JobEnd
}

export interface Flow<P = unknown> {
  schedule: string
  timezone: string
  /** Flows whose run for the same night must have ended well first. */
  after?: readonly string[]
  reads: readonly string[]
  writes: readonly string[]
  /** Connection names the flow uses; the catalogue may map them to others. */
  connections: readonly string[]
  /** Further connections that these parameters need. */
  connectionsFor?(parameters: P): readonly string[]
  parameters: z.ZodType<P>
  timeoutMs: number
  /** Largest rejected share (0…1) at which `loadedAt` still moves. */
  rejectTolerance?: number
  /** There when its runs carry the files of its inbox over one by one; else a run that files asked for takes all of them, and they end with it. */
  drainsInbox?: true
  /** There when it loads nothing into the lake itself: it runs whether there is one or not. */
  needsNoLake?: true
  run(ctx: FlowContext<P>): Promise<FlowResult>
}

/** Declares a flow; the file's default export, the file's name is the flow's name. */
export function defineFlow<P>(flow: Flow<P>): Flow<P> {
  return flow
}
