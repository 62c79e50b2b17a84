import { FakeClock } from './fake-clock.ts'

/** A clock on which short waits pass at once; longer ones need `advance`. */
export class HurriedClock extends FakeClock {
  readonly waits: number[] = []
  readonly longestMs: number
  meanwhile: () => Promise<void> = async () => {}

  constructor(now: number | string, longestMs: number = Number.POSITIVE_INFINITY) {
    super(now)
    this.longestMs = longestMs
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms > this.longestMs) return super.sleep(ms, signal)
    this.waits.push(ms)
    this.set(this.now() + ms)
    await this.meanwhile()
  }
}
