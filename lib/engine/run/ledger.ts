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
  /** What a later attempt gets instead of running the task again; undefined: nothing to store. */
  result?: unknown
  problem?: string
}

export interface TaskWait {
  name: string
  at: Instant
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

/** Where a run writes down what it does. A write of an attempt that no longer holds the run throws TidemarkError('fenced') and changes
 * nothing. */
export interface RunLedger {
  storedResults(): Promise<ReadonlyMap<string, unknown>>
  startTask(task: TaskStart): Promise<void>
  endTask(task: TaskEnd): Promise<void>
  taskWaits(wait: TaskWait): Promise<void>
  log(entries: readonly LogEntry[]): Promise<void>
  reject(rejections: readonly Rejection[]): Promise<void>
  rejectedCount(): Promise<number>
  progress(progress: ProgressReport): Promise<void>
  counters(counters: Record<string, Record<string, number>>): Promise<void>
  waiting(words: string | null): Promise<void>
}
