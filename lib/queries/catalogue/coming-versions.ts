import { loadReadingFeeds } from '#lib/db/catalogue/reading-feeds.ts'
import type { Context } from '#lib/db/context.ts'
import type { ContractTerms } from '#lib/domain/contracts/contract-terms.ts'
import { termsAt } from '#lib/domain/contracts/contract-terms.ts'
import { type Coming, comingAfter } from '#lib/domain/contracts/versions-in-force.ts'
import { isChangingSql } from './contract-states-sql.ts'
import type { Named } from './neighbour-names.ts'

/** A version of a contract that begins or ends, and whose feeds read what it is about. */
export interface ComingVersion {
  coming: Coming
  /** What it is about: of several with the same changes the first. */
  asset: Named
  contract: string
  owner: string | null
  /** The next feeds that are made from it, as whoever asks may see them. */
  readers: Named[]
}

interface Row extends Named {
  id: number
  terms: ContractTerms
}

const CHANGING = `
  select c.asset_id as id, s.key, s.name, c.terms
  from asset_contract c join subject s on s.id = c.asset_id and s.removed_at is null
  where ${isChangingSql('c.terms', '$1::float8')} order by s.position, s.key`

/** What begins or ends of the contracts that whoever asks may see, the soonest first. */
export async function getComingVersions(ctx: Context): Promise<ComingVersion[]> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Row>(CHANGING, [now])
  if (rows.length === 0) return []
  const readers = await loadReadingFeeds(
    ctx.pool,
    rows.map(({ id }) => id),
  )
  const readersOf = Map.groupBy(readers, ({ source }) => source)
  const all = rows.flatMap(({ id, key, name, terms }) => {
    const own = (readersOf.get(id) ?? []).map((reader) => ({ key: reader.key, name: reader.name }))
    return comingAfter(terms, now).map((coming) => ({ ...contractOf(terms, coming, now), coming, asset: { key, name }, readers: own }))
  })
  return together(all).sort((a, b) => a.coming.at - b.coming.at)
}

function contractOf(terms: ContractTerms, { version }: Coming, now: number): { id: string; contract: string; owner: string | null } {
  const { id, name, owner } = terms.versions.find((one) => one.version === version) ?? { id: '', name: '', owner: null }
  return { id, contract: name, owner: termsAt(terms, now)?.owner ?? owner }
}

/** One contract may be about several things that change alike. */
function together(all: readonly (ComingVersion & { id: string })[]): ComingVersion[] {
  const alike = Map.groupBy(all, ({ id, contract, coming }) => JSON.stringify([id, contract, coming]))
  return [...alike.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const { id: _id, ...one } = first
    const readers = new Map(same.flatMap((each) => each.readers.map((reader) => [reader.key, reader] as const)))
    return [{ ...one, readers: [...readers.values()] }]
  })
}
