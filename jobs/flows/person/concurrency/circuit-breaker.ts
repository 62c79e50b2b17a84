/**
 * Tells bad luck from a source that answers nobody: counts failures in a row, in the order in which people were asked, not in which
 * answers came. Those who wait for their retries at the end of a run therefore do not look like an outage.
 */
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

  /** How many have failed since the last one that succeeded. */
  failed(question: number): number {
    if (question > this.#lastGood) this.#failed.push(question)
    return this.#failed.length
  }
}
