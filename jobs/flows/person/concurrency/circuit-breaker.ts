/** Tells bad luck from an outage: counts failures in a row, in the order of asking, not of answers, so that retries at the end of a run
 * do not look like an outage. */
export class CircuitBreaker {
  #asked = 0
  #lastGood = 0
  #failed: number[] = []

  /** The number of the question that begins now. */
  begin(): number {
    this.#asked += 1
    return this.#asked
  }

  succeeded(question: number): void {
    if (question <= this.#lastGood) return
    this.#lastGood = question
    this.#failed = this.#failed.filter((failed) => failed > question)
  }

  /** Failures since the last success. */
  failed(question: number): number {
    if (question > this.#lastGood) this.#failed.push(question)
    return this.#failed.length
  }
}
