import { orAborted } from '#lib/platform/when-aborted.ts'

interface Waiting {
  size: number
  enter: () => void
}

/** At most so many people between two stages; others wait, in order. A larger group enters when nobody is inside. */
export class Semaphore {
  readonly #size: number
  readonly #waiting: Waiting[] = []
  #inside = 0

  constructor(size: number) {
    this.#size = size
  }

  get inside(): number {
    return this.#inside
  }

  async enter(size: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(size)) {
      this.#inside += size
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = { size, enter: resolve }
    this.#waiting.push(waiting)
    await orAborted(promise, signal).catch((reason: unknown) => {
      const place = this.#waiting.indexOf(waiting)
      if (place >= 0) this.#waiting.splice(place, 1)
      throw reason
    })
  }

  leave(size: number): void {
    this.#inside -= size
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || !this.#fits(next.size)) return
      this.#waiting.shift()
      this.#inside += next.size
      next.enter()
    }
  }

  #fits(size: number): boolean {
    return this.#inside === 0 || this.#inside + size <= this.#size
  }
}
