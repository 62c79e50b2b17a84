import { once } from 'node:events'
import type { Socket } from 'node:net'
import { breaker } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { brokenOff, toConnectionError } from './ssh-errors.ts'

const GOODBYE_MS = 2000

export class Watchdog {
  readonly #system: string
  readonly #socket: Socket
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #waiting = new Set<(problem: TidemarkError) => void>()
  /** From now on it hangs up when this signal aborts, and no longer when the one before does. */
  readonly watch = breaker(() =>
    this.break(new TidemarkError('cancelled', { publicMessage: `The work with ${this.#system} was cancelled.` })),
  )
  #problem: TidemarkError | undefined
  #entered = false

  constructor(system: string, socket: Socket, timeoutMs: number, clock: Clock, signal: AbortSignal) {
    this.#system = system
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    socket.on('error', (error) => this.#entered || this.break(toConnectionError(system, error)))
    socket.on('close', () => this.#entered && this.break(brokenOff(this.#system)))
    this.watch(signal)
  }

  /** Signed in: from now on a broken connection broke in the middle of the work. */
  enter(): void {
    this.#entered = true
    if (this.#socket.destroyed) this.break(brokenOff(this.#system))
  }

  broken(): TidemarkError | undefined {
    return this.#problem
  }

  async within<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#problem) throw this.#problem
    const answered = new AbortController()
    void this.#clock.sleep(this.#timeoutMs, answered.signal).then(() => answered.signal.aborted || this.break(this.#silent()))
    // Racing against one promise of the whole session would keep every answer in memory until it ends.
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    ask().then(resolve, reject)
    try {
      return await promise
    } catch (error) {
      throw this.#problem ?? error
    } finally {
      this.#waiting.delete(reject)
      answered.abort()
    }
  }

  /** Hangs up for good, with the reason everybody who waits gets. */
  break(problem: TidemarkError): void {
    if (this.#problem) return
    this.#problem = problem
    for (const reject of this.#waiting) reject(problem)
    this.#socket.destroy()
  }

  destroy(): void {
    this.watch(null)
    this.#entered = false
    this.#socket.destroy()
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close', { signal: AbortSignal.timeout(GOODBYE_MS) }).catch(() => {})
  }

  #silent(): TidemarkError {
    const seconds = Math.round(this.#timeoutMs / 1000)
    return new TidemarkError('timeout', {
      publicMessage: `${this.#system} was silent for ${seconds} s, so we hung up.`,
      retryable: true,
      systemWide: !this.#entered,
    })
  }
}
