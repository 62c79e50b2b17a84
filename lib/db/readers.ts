import type { ClientBase, Pool } from 'pg'

type Prepare = (client: ClientBase) => Promise<unknown>

/** Names find the views of the schema `tidemark_audience` before the tables; the setting is what these filter by. */
const SEE_AS = `
  select set_config('search_path', 'tidemark_audience, ' || current_setting('search_path'), false), set_config('tidemark.audience', $1, false)`

/** A pool for each audience, opened when first asked for; there are few audiences. What its connections show is what the audience sees. */
export class Readers {
  readonly #pools = new Map<string, Pool>()
  #isClosed = false
  readonly #open: (prepare: Prepare) => Pool

  constructor(open: (prepare: Prepare) => Pool) {
    this.#open = open
  }

  poolOf(audience: string): Pool {
    const found = this.#pools.get(audience)
    if (found !== undefined) return found
    const pool = this.#open((client) => client.query(SEE_AS, [audience]))
    this.#pools.set(audience, pool)
    if (this.#isClosed) void pool.end()
    return pool
  }

  /** Those that were opened, to be ended; one that is asked for from now on gives no connection. */
  close(): Pool[] {
    this.#isClosed = true
    return [...this.#pools.values()]
  }
}
