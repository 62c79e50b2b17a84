import type { Context } from '#lib/db/context.ts'
import type { EntityField } from '#lib/domain/contracts/entity-fields.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Searchable } from '#lib/domain/search/match.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { ContractView } from './asset-contracts.ts'
import type { Named, Neighbours } from './neighbour-names.ts'
import type { FoundHit } from './ranked-sql.ts'

/** How fresh it is, as far as it has clocks. */
export interface HitClocks {
  dataThroughAt: Instant | null
  dataThroughIsDay: boolean
  updatedAt: Instant | null
  dueAt: Instant | null
}

/** The flow, or the job of another system, that writes it. */
export interface Writer {
  kind: 'flow' | 'job'
  key: string
  name: string
}

/** What is shown of a hit, beside what it was found by. */
export interface HitFacts {
  name: string
  status: Status | null
  since: Instant | null
  group: Named | null
  feed: Named | null
  owner: string | null
  why: string | null
  description: string | null
  url: string | null
  labels: Readonly<Record<string, string>>
  columns: readonly KnownColumn[]
  /** Seen and promised, together. */
  fields: readonly EntityField[]
  writer: Writer | null
  /** null: it is in no lineage, being no asset of the catalogue. */
  around: Neighbours | null
  /** null: none is about it. */
  contract: ContractView | null
  clocks: HitClocks
  foundAt: Instant | null
  goneAt: Instant | null
}

/** A hit as it is shown, and by what it can be found. */
export interface Described {
  facts: HitFacts
  places: Searchable['places']
}

export const NO_CLOCKS: HitClocks = { dataThroughAt: null, dataThroughIsDay: false, updatedAt: null, dueAt: null }
/** Of what nothing is known. */
export const NOTHING: Omit<HitFacts, 'name'> = {
  ...{
    status: null,
    since: null,
    group: null,
    feed: null,
    owner: null,
    why: null,
    description: null,
    url: null,
    labels: {},
    columns: [],
    fields: [],
    writer: null,
    around: null,
    contract: null,
  },
  ...{ clocks: NO_CLOCKS, foundAt: null, goneAt: null },
}

/** Reads some of what was found. */
export type Read = (ctx: Context, found: readonly FoundHit[]) => Promise<[tie: string, Described][]>

/** Reads some of what was found, and joins what was read by what it is known by. */
export async function joined<R, K>(
  ctx: Context,
  found: readonly FoundHit[],
  keyOf: (hit: FoundHit) => K,
  read: (ctx: Context, keys: K[]) => Promise<R[]>,
  rowKey: (row: R) => K,
  describe: (row: R) => Described,
): Promise<[string, Described][]> {
  if (found.length === 0) return []
  const rows = new Map((await read(ctx, found.map(keyOf))).map((row) => [rowKey(row), row]))
  return found.flatMap((hit) => {
    const row = rows.get(keyOf(hit))
    return row === undefined ? [] : [[hit.tie, describe(row)] as [string, Described]]
  })
}
