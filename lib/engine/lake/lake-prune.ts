import { Client } from 'pg'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Forgets the batches of runs that can no longer be resumed; the data itself stays. Answers how many. */
export async function pruneLake(url: string, before: Instant): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, statement_timeout: 60_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ there: boolean }>("select to_regclass('tidemark.load_batch') is not null as there")
    if (rows[0]?.there !== true) return 0
    const { rowCount } = await client.query('delete from tidemark.load_batch where committed_at < $1', [new Date(before)])
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
