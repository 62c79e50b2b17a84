import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Log } from '#lib/platform/log.ts'
import type { LogEntry } from './ledger.ts'

const ENTRIES_MAX = 5000

/** A run's own log: lines reach the ledger at most once a second, the process log at once. */
export class RunLog {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #log: Log
  readonly #write: (entries: readonly LogEntry[]) => Promise<void>
  #pending: LogEntry[] = []
  #dropped = 0
  #timer: Promise<void> | null = null

  constructor(options: { clock: Clock; signal: AbortSignal; log: Log; write: (entries: readonly LogEntry[]) => Promise<void> }) {
    this.#clock = options.clock
    this.#signal = options.signal
    this.#log = options.log
    this.#write = options.write
  }

  add(level: LogEntry['level'], message: string, data?: object): void {
    this.#log[level](message, data === undefined ? undefined : { ...data })
    if (this.#pending.length >= ENTRIES_MAX) this.#dropped++
    else this.#pending.push({ at: this.#clock.now(), level, message, ...(data === undefined ? {} : { data }) })
    this.#timer ??= this.#clock.sleep(SECOND_MS, this.#signal).then(() => this.flush())
  }

  /** Writes what is pending. Never throws: what could not be written is kept for the next time. */
  async flush(): Promise<void> {
    this.#timer = null
    const entries = this.#pending
    if (entries.length === 0) return
    this.#pending = []
    try {
      await this.#write(this.#dropped === 0 ? entries : [...entries, this.#dropNote()])
      this.#dropped = 0
    } catch (error) {
      this.#log.warn('the log of a run could not be written', { error: String(error) })
      this.#pending = [...entries, ...this.#pending].slice(-ENTRIES_MAX)
    }
  }

  #dropNote(): LogEntry {
    return { at: this.#clock.now(), level: 'warn', message: `${this.#dropped} further lines in one second are not kept` }
  }
}
