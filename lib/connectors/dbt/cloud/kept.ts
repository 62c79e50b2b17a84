/** What was read once and never changes; the oldest makes room. */
export class Kept<T> {
  readonly #most: number
  readonly #byKey = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  /** What is kept under that key, else what `read` gives; null is not kept. */
  async of(key: string, read: () => Promise<T | null>): Promise<T | null> {
    const known = this.#byKey.get(key)
    const value = known ?? (await read())
    if (value === null) return null
    this.#byKey.delete(key)
    this.#byKey.set(key, value)
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size > this.#most && oldest !== undefined) this.#byKey.delete(oldest)
    return value
  }
}
