import type { Client } from 'pg'
import { timed } from './report.ts'

/** Empties tables and lets the server write down what it has, so that every measurement starts alike. */
export async function emptyTables(client: Client, tables: readonly string[]): Promise<void> {
  await client.query(`truncate ${tables.join(', ')}`)
  await client.query('checkpoint')
}

/** Empties the tables, does `work` in one transaction and says how many milliseconds that took. */
export async function inOneTransaction(client: Client, tables: readonly string[], work: () => Promise<unknown>): Promise<number> {
  await emptyTables(client, tables)
  const { ms } = await timed(async () => {
    await client.query('begin')
    await work()
    await client.query('commit')
  })
  return ms
}

/** The smaller of what was measured so far and what was measured now. */
export async function better(best: number, measure: () => Promise<number>): Promise<number> {
  return Math.min(best, await measure())
}
