import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { sqlState } from '#lib/engine/lake/lake-error.ts'
import { toLoadError } from '#lib/engine/lake/load-table.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'

/** What PostgreSQL says of a value, of a row that a constraint refuses, of one that is too large: another file may be good. */
const OF_ROWS = /^(22|23|54)/

/** Tells what is wrong with one file from what every other would meet, too: a lake that is down or lets nobody write. */
export class WhoseFailure {
  readonly #ofFile = new WeakSet<object>()

  /** Whatever goes wrong in `work` is about the file. */
  async ofFile<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#noted(error)
    }
  }

  /** The same of what comes one after the other. */
  async *eachOfFile<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* source
    } catch (error) {
      throw this.#noted(error)
    }
  }

  /** Work of a transaction on a table, its errors in words. */
  async inTransaction<T>(table: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const known = toLoadError(error, table)
      throw !isTidemarkError(error) && OF_ROWS.test(sqlState(error)) ? this.#noted(known) : known
    }
  }

  /** Everything that is asked of the lake: what is not about the file is marked as met by all. */
  async ofLake<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isTidemarkError(error) || error instanceof RunStopped || this.#ofFile.has(error)) throw error
      const { code, publicMessage, message, retryable } = error
      throw new TidemarkError(code, { publicMessage, message, retryable, systemWide: true, cause: error })
    }
  }

  #noted(error: unknown): unknown {
    if (typeof error === 'object' && error !== null) this.#ofFile.add(error)
    return error
  }
}
