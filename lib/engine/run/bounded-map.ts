import { inScope, type Slot } from './scope.ts'

interface BoundedMapOptions {
  concurrency: number
  waitingMax: number
  places?: () => number
  signal: AbortSignal
}

/** Works on items concurrently, results in completion order, at most `concurrency` finished ones kept for a slow reader. An item that
 * waits to retry gives its slot to others. The first failure aborts the items under way and is thrown when they have ended. */
export function boundedMap<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
  options: BoundedMapOptions,
): AsyncGenerator<R, void, undefined> {
  return new BoundedMap(toIterator(items), work, options).results()
}

class BoundedMap<T, R> {
  readonly #source: AsyncIterator<T>
  readonly #work: (item: T) => Promise<R>
  readonly #options: BoundedMapOptions
  readonly #stop = new AbortController()
  readonly #ready: { value: R }[] = []
  readonly #resumers: (() => void)[] = []
  #failure: { error: unknown } | null = null
  #running = 0
  #waiting = 0
  #pulling = false
  #drained = false
  #wake: () => void = () => {}

  constructor(source: AsyncIterator<T>, work: (item: T) => Promise<R>, options: BoundedMapOptions) {
    this.#source = source
    this.#work = work
    this.#options = options
  }

  async *results(): AsyncGenerator<R, void, undefined> {
    const { signal } = this.#options
    const abort = () => this.#fail(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      for (;;) {
        this.#fill()
        if (this.#failure) throw this.#failure.error
        const result = this.#ready.shift()
        if (result) yield result.value
        else if (this.#isDone()) return
        else await this.#nextChange()
      }
    } finally {
      signal.removeEventListener('abort', abort)
      await this.#close()
    }
  }

  #isDone(): boolean {
    return this.#drained && this.#running === 0 && this.#waiting === 0
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #changed(): void {
    this.#fill()
    this.#wake()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop.abort(error)
    this.#changed()
  }

  /** Retries go first; then one more item is pulled, only while there is room for its result. */
  #fill(): void {
    const { concurrency, waitingMax, places } = this.#options
    while (this.#resumers.length > 0 && (this.#running < concurrency || this.#stop.signal.aborted)) {
      this.#running++
      this.#waiting--
      this.#resumers.shift()?.()
    }
    const limit = Math.min(concurrency, places?.() ?? concurrency)
    const isFree = this.#running + this.#ready.length < limit && this.#waiting < waitingMax
    if (isFree && this.#resumers.length === 0 && !this.#pulling && !this.#drained && !this.#stop.signal.aborted) void this.#pull()
  }

  async #pull(): Promise<void> {
    this.#pulling = true
    try {
      const next = await this.#source.next()
      if (next.done === true) this.#drained = true
      else if (!this.#stop.signal.aborted) void this.#execute(next.value)
    } catch (error) {
      this.#drained = true
      this.#fail(error)
    } finally {
      this.#pulling = false
      this.#changed()
    }
  }

  async #execute(item: T): Promise<void> {
    this.#running++
    try {
      const scope = { signal: this.#stop.signal, slot: this.#slot() }
      this.#ready.push({ value: await inScope(scope, () => this.#work(item)) })
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#running--
      this.#changed()
    }
  }

  /** One item's slot: given up at the first of its waits, taken again after the last. */
  #slot(): Slot {
    let depth = 0
    return {
      whileWaiting: async (wait) => {
        if (depth++ === 0) this.#release()
        try {
          return await wait()
        } finally {
          if (--depth === 0) await this.#regain()
        }
      },
    }
  }

  #release(): void {
    this.#running--
    this.#waiting++
    this.#changed()
  }

  #regain(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumers.push(resolve)
      this.#changed()
    })
  }

  async #close(): Promise<void> {
    this.#stop.abort(new Error('the reader of this map has stopped'))
    this.#fill()
    while (this.#running > 0 || this.#waiting > 0) await this.#nextChange()
    if (this.#drained) return
    const closing = this.#source.return?.()
    if (this.#pulling) closing?.catch(() => {})
    else await closing
  }
}

function toIterator<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> {
  if (Symbol.asyncIterator in items) return items[Symbol.asyncIterator]()
  const inner = items[Symbol.iterator]()
  return {
    next: async () => inner.next(),
    return: async () => inner.return?.() ?? { done: true, value: undefined },
  }
}
