import { createHash } from 'node:crypto'
import { Client } from 'pg'
import { systemClock } from '#lib/platform/clock.ts'

const SCHEMAS = ['term', 'course', 'person'].flatMap((flow) => [`${flow}_raw`, `${flow}_xform`, `${flow}_curated`])
/** Columns that differ from run to run: moments, runs, numbers from a sequence. */
const VOLATILE = `data_type in ('timestamp with time zone', 'uuid') or is_identity = 'YES' or column_default like 'nextval%'`

/** Every row of every table the flows write, without what differs from run to run, as one text per table. */
export async function dumpLake(url: string): Promise<Map<string, string[]>> {
  return withClient(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string; drop: string[] }>(
      `select format('%I.%I', table_schema, table_name) as name,
         coalesce(array_agg(column_name::text) filter (where ${VOLATILE}), '{}') as drop
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_schema = any($1) and table_type = 'BASE TABLE' group by 1 order by 1`,
      [SCHEMAS],
    )
    const dump = new Map<string, string[]>()
    for (const { name, drop } of tables) {
      const { rows } = await client.query<{ row: string }>(`select (to_jsonb(t) - $1::text[])::text as row from ${name} t`, [drop])
      dump.set(name, rows.map(({ row }) => row).sort())
    }
    return dump
  })
}

/** What differs between two dumps, in words; empty when they are the same row for row. */
export function differences(expected: ReadonlyMap<string, string[]>, actual: ReadonlyMap<string, string[]>): string[] {
  const found: string[] = []
  for (const [table, rows] of expected) {
    const others = actual.get(table) ?? []
    const lost = without(rows, others)
    const extra = without(others, rows)
    if (lost.length > 0) found.push(`${table}: ${lost.length} rows lost, for example ${lost[0]?.slice(0, 200)}`)
    if (extra.length > 0) found.push(`${table}: ${extra.length} rows too many, for example ${extra[0]?.slice(0, 200)}`)
  }
  return found
}

function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

/** One look at the lake. */
export interface Sample {
  /** Each changes only as a whole. */
  wholes: Record<string, string | number | null>
  /** Rows without what they belong to: never any. */
  alone: Record<string, number>
}

/** Looks at the lake again and again until stopped; answers every different sight. */
export function watchLake(url: string, look: string): { stop(): Promise<Sample[]> } {
  const seen = new Map<string, Sample>()
  const stopping = new AbortController()
  const watching = withClient(url, async (client) => {
    let before = ''
    while (!stopping.signal.aborted) {
      // As long as no transaction has ended, all looks as it did.
      const { rows: snapshots } = await client.query<{ now: string }>('select pg_current_snapshot()::text as now')
      const now = snapshots[0]?.now ?? ''
      const { rows } = now === before ? { rows: [] } : await client.query<Sample>(look)
      before = now
      const sample = rows[0]
      if (sample) seen.set(createHash('sha1').update(JSON.stringify(sample)).digest('hex'), sample)
      await systemClock.sleep(30, stopping.signal)
    }
  })
  return {
    async stop() {
      stopping.abort()
      await watching
      return [...seen.values()]
    },
  }
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
