/** What the stand-in can do wrong. */
export const S3_FAULTS = [
  'slow-down',
  'server-error',
  'denied',
  'html-page',
  'cut-body',
  'cut-listing',
  'short-listing',
  'endless-listing',
  'odd-names',
  'silent-body',
  'silent',
  'down',
  'moving',
  'ignores-range',
  'error-in-200',
  'queue-repeats',
] as const
export type S3Fault = (typeof S3_FAULTS)[number]

/** What can be done to the stand-in while it runs. */
export class S3Control {
  readonly #faults = new Map<S3Fault, number>()
  /** What was asked, as `GET /landing?list-type=2`. */
  readonly requests: string[] = []
  /** Told of each request before it is answered. */
  onRequest: (request: string) => void = () => {}
  /** No more keys on a page, whatever is asked for. */
  keysPerPage = 1_000
  /** Keys in listings are encoded where that is asked for. */
  encodesKeys = true
  /** Who may not list is told of what is missing as of what is denied. */
  hidesMissing = false
  /** How far this store's clock is ahead of ours. */
  clockAheadMs = 0

  set(fault: S3Fault, times: number = Number.POSITIVE_INFINITY): void {
    this.#faults.set(fault, times)
  }

  clear(): void {
    this.#faults.clear()
    this.onRequest = () => {}
    this.keysPerPage = 1_000
    this.encodesKeys = true
    this.hidesMissing = false
    this.clockAheadMs = 0
  }

  note(request: string): void {
    this.requests.push(request)
    this.onRequest(request)
  }

  /** Whether it happens now; counts as once. */
  take(fault: S3Fault): boolean {
    const left = this.#faults.get(fault) ?? 0
    if (left > 0) this.#faults.set(fault, left - 1)
    return left > 0
  }
}
