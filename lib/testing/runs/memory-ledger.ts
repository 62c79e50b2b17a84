import type { LogEntry, ProgressReport, Rejection, RunLedger, TaskEnd, TaskStart, TaskWait } from '#lib/engine/run/ledger.ts'

/** A ledger in memory; `fail` makes its next writes throw. */
export class MemoryLedger implements RunLedger {
  readonly stored: Map<string, unknown>
  readonly started: TaskStart[] = []
  readonly ended: TaskEnd[] = []
  readonly taskWaitings: TaskWait[] = []
  readonly entries: LogEntry[] = []
  readonly rejections: Rejection[] = []
  readonly progressReports: ProgressReport[] = []
  readonly counted: Record<string, Record<string, number>>[] = []
  readonly waits: (string | null)[] = []
  fail: Error | null = null

  constructor(stored: Record<string, unknown> = {}) {
    this.stored = new Map(Object.entries(stored))
  }

  async storedResults(): Promise<ReadonlyMap<string, unknown>> {
    return this.stored
  }

  async startTask(task: TaskStart): Promise<void> {
    this.#mayWrite()
    this.started.push(task)
  }

  async endTask(task: TaskEnd): Promise<void> {
    this.#mayWrite()
    this.ended.push(task)
  }

  async taskWaits(wait: TaskWait): Promise<void> {
    this.#mayWrite()
    this.taskWaitings.push(wait)
  }

  async log(entries: readonly LogEntry[]): Promise<void> {
    this.#mayWrite()
    this.entries.push(...entries)
  }

  async reject(rejections: readonly Rejection[]): Promise<void> {
    this.#mayWrite()
    this.rejections.push(...rejections)
  }

  async rejectedCount(): Promise<number> {
    return this.rejections.length
  }

  async progress(progress: ProgressReport): Promise<void> {
    this.#mayWrite()
    this.progressReports.push(progress)
  }

  async counters(counters: Record<string, Record<string, number>>): Promise<void> {
    this.#mayWrite()
    this.counted.push(counters)
  }

  async waiting(words: string | null): Promise<void> {
    this.#mayWrite()
    this.waits.push(words)
  }

  #mayWrite(): void {
    if (this.fail) throw this.fail
  }
}
