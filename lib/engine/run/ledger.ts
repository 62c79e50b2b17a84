import type { Instant } from '#lib/domain/time/instant.ts'

export interface TaskStart {
  name: string
  at: Instant
}

export interface TaskEnd {
  name: string
  at: Instant
  state: 'completed' | 'failed' | 'cancelled'
  tries: number
  /** What a later attempt gets back instead of running the task again; undefined when there is nothing to store. */
  result?: unknown
  problem?: string
}

/** A task whose try failed and that waits for the next one. */
export interface TaskWait {
  name: string
  at: Instant
  /** Tries so far. */
  tries: number
  until: Instant
  problem: string
}

export interface LogEntry {
  at: Instant
  level: 'info' | 'warn' | 'error'
  message: string
  data?: object
}

export interface Rejection {
  at: Instant
  task: string
  key: string
  reason: string
  row?: unknown
}

export interface ProgressReport {
  done: number
  total: number | null
  etaAt: Instant | null
}

/**
 * Where a run writes down what it does. Every write belongs to one attempt, and one whose attempt no longer
 * holds the run throws TidemarkError('fenced') and leaves nothing behind.
 */
export interface RunLedger {
  /** Results of the tasks that earlier attempts completed, by task name. */
  storedResults(): Promise<ReadonlyMap<string, unknown>>
  startTask(task: TaskStart): Promise<void>
  endTask(task: TaskEnd): Promise<void>
  taskWaits(wait: TaskWait): Promise<void>
  log(entries: readonly LogEntry[]): Promise<void>
  reject(rejections: readonly Rejection[]): Promise<void>
  /** Refused rows of all attempts. */
  rejectedCount(): Promise<number>
  progress(progress: ProgressReport): Promise<void>
  /** The counters of every stage so far. */
  counters(counters: Record<string, Record<string, number>>): Promise<void>
  /** Words for what the run waits for; null when it goes on. */
  waiting(words: string | null): Promise<void>
}
