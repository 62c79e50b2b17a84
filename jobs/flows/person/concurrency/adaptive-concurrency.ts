/** So many waiting answers keep the lake busy. */
const ENOUGH = 2

/** How many questions may be under way: one less for each answer that finds enough others waiting for the lake, one more whenever the
 * lake takes the last. Answers are documents, which take the most memory. */
export class AdaptiveConcurrency {
  readonly #most: number
  #questions: number
  #answers = 0

  constructor(most: number) {
    this.#most = most
    this.#questions = most
  }

  get questions(): number {
    return this.#questions
  }

  answered(): void {
    this.#answers += 1
    if (this.#answers > ENOUGH) this.#questions = Math.max(Math.min(ENOUGH, this.#most), this.#questions - 1)
  }

  taken(): void {
    this.#answers -= 1
    if (this.#answers === 0) this.#questions = Math.min(this.#most, this.#questions + 1)
  }
}
