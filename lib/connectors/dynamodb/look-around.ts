import { listInWords } from '#lib/domain/wording/lists.ts'
import type { Tables } from './tables.ts'

const SHOWN = 5

/** What we may see, in words; throws where that is nothing. The tables that are `named` are looked at. */
export async function lookAround(tables: Tables, named: readonly string[] | undefined): Promise<string> {
  const found: string[] = []
  for await (const name of tables.names()) {
    if (named !== undefined) await tables.describe(name)
    found.push(name)
    if (named === undefined && found.length > SHOWN) break
  }
  if (found.length === 0) return 'We are let in; there are no tables, or none that we may see.'
  const shown = found.slice(0, SHOWN)
  return `We may look at ${found.length > SHOWN ? `${shown.join(', ')} and more` : listInWords(shown)}.`
}
