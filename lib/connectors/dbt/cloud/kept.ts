/** What was read once and never changes; the oldest makes room. */
export class Kept<T> {
  readonly #most: number
  readonly #byKey = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key)
  }

  keep(key: string, value: T): void {
    this.#byKey.delete(key)
    this.#byKey.set(key, value)
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size > this.#most && oldest !== undefined) this.#byKey.delete(oldest)
  }

  /** What is kept under that key, else what `read` gives; that is kept where it is final. */
  async of(key: string, read: () => Promise<T>, isFinal: (value: T) => boolean): Promise<T> {
    const known = this.#byKey.get(key)
    const value = known ?? (await read())
    if (known !== undefined || isFinal(value)) this.keep(key, value)
    return value
  }
}
