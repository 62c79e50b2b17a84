import { orAborted } from '#lib/engine/stop.ts'

/** Results that are ready and wait for the next stage. Whoever would make more of them waits until fewer than `enough` do. */
export class Backlog {
  readonly #enough: number
  readonly #waitingForLess: (() => void)[] = []
  #ready = 0

  constructor(enough: number) {
    this.#enough = enough
  }

  add(): void {
    this.#ready += 1
  }

  take(): void {
    this.#ready -= 1
    if (this.#ready < this.#enough) for (const goOn of this.#waitingForLess.splice(0)) goOn()
  }

  /** Resolves when fewer than `enough` results are ready; rejects with the signal's reason when that aborts first. */
  async untilShort(signal: AbortSignal): Promise<void> {
    while (this.#ready >= this.#enough) await orAborted(new Promise<void>((resolve) => void this.#waitingForLess.push(resolve)), signal)
  }
}
