import type { ClientBase, Pool, PoolConfig } from 'pg'

/** Names find the views of the schema `tidemark_audience` before the tables; the setting is what these filter by. */
const SEE_AS = `
  select set_config('search_path', 'tidemark_audience, ' || current_setting('search_path'), false), set_config('tidemark.audience', $1, false)`

/** Lets a connection show what an audience sees. */
export async function seeAs(client: ClientBase, audience: string): Promise<void> {
  await client.query(SEE_AS, [audience])
}

/**
 * Where to connect so that the connection begins with the sight of an audience: what it begins with it falls back to when something resets it. A server in
 * between that drops this leaves it to `seeAs`.
 */
export function beginningAs(url: string, audience: string): Pick<PoolConfig, 'connectionString' | 'options'> {
  const own = `-c search_path=tidemark_audience,public -c tidemark.audience=${audience.replaceAll(/[\\\s]/g, '\\$&')}`
  const written = /[?&]options=([^&#]*)/.exec(url)
  if (written === null) return { connectionString: url, options: own }
  const [whole, given = ''] = written
  const both = `${decodeURIComponent(given.replaceAll('+', ' '))} ${own}`
  return { connectionString: url.replace(whole, () => `${whole[0]}options=${encodeURIComponent(both)}`) }
}

/** A pool for each audience, opened when first asked for; there are few audiences. What its connections show is what the audience sees. */
export class Readers {
  readonly #pools = new Map<string, Pool>()
  #isClosed = false
  readonly #open: (audience: string) => Pool

  constructor(open: (audience: string) => Pool) {
    this.#open = open
  }

  poolOf(audience: string): Pool {
    const found = this.#pools.get(audience)
    if (found !== undefined) return found
    const pool = this.#open(audience)
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
