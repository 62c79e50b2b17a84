import type { Context } from '#lib/db/context.ts'
import { ASSET_KINDS, type ContractState, type EntryKind, type EntryState } from '#lib/domain/search/entry.ts'
import { type SearchWords, trigramsOf } from '#lib/domain/search/question.ts'
import { seesFound } from '#lib/queries/pages/found-page.ts'
import { ENTRIES } from './entries-sql.ts'
import { type CatalogueHit, getHits, partsOf, placeOf } from './hits.ts'
import { type FoundHit, HITS, ORDER, wordsOf } from './ranked-sql.ts'

/** By what the catalogue can be narrowed down; null: by anything. */
export const FILTERS = ['kind', 'state', 'status', 'connection', 'group', 'owner', 'contract'] as const
export type Filter = (typeof FILTERS)[number]

export interface CatalogueQuestion extends Record<Filter, string | null> {
  search: SearchWords
  kind: EntryKind | null
  /** Only these, whatever is asked for. */
  kinds?: readonly EntryKind[]
  state: EntryState | null
  contract: ContractState | null
}

/** How many there are of each value of a filter, as the other filters stand; the most first. */
export type FilterCounts = Record<Filter, { value: string; count: number }[]>

export interface CatalogueAnswer {
  hits: CatalogueHit[]
  /** All that answers the question. */
  total: number
  /** Where the next ones begin; null: there are no more. */
  next: string | null
  counts: FilterCounts
}

/** Without words and kind only assets are meant: the rest is found by its name, and has lists of its own. */
export function kindsMeant({ search, kind, kinds }: Pick<CatalogueQuestion, 'search' | 'kind' | 'kinds'>): readonly EntryKind[] | null {
  if (kind !== null) return [kind]
  if (kinds !== undefined) return kinds
  return search.words.length === 0 ? ASSET_KINDS : null
}

/** Values of a filter that are listed. */
const VALUES_MAX = 200
const FIRST_PARAMETER = 7

function condition(filter: Filter, at: number): string {
  if (filter === 'kind') return `($${at}::text[] is null or kind = any($${at}))`
  return filter === 'contract' ? `($${at}::text is null or $${at} = any(contract))` : `($${at}::text is null or "${filter}" = $${at})`
}

/** Of a contract each state is a value. */
const valuesOf = (filter: Filter) =>
  filter === 'contract' ? 'hit cross join unnest(contract) value' : `hit cross join lateral (select "${filter}" as value) x`

const allBut = (left: Filter | null) =>
  FILTERS.flatMap((filter, at) => (filter === left ? [] : [condition(filter, FIRST_PARAMETER + at)])).join(' and ')

const COUNTS = FILTERS.map(
  (filter) => `
    select '${filter}' as filter, value, count(*)::int as count from ${valuesOf(filter)} where value is not null and ${allBut(filter)} group by 2`,
).join(' union all ')

const AFTER = FIRST_PARAMETER + FILTERS.length
const CHOSEN = `${allBut(null)} and ($${AFTER}::int is null or (${ORDER}) > ($${AFTER}, $${AFTER + 1}::int, $${AFTER + 2}::int, $${AFTER + 3}::text collate "C", $${AFTER + 4}::text collate "C"))`

const pageOf = (more: string) => `${HITS},
  chosen as (select * from hit where ${CHOSEN} order by ${ORDER} limit $${AFTER + 5})
  select (select coalesce(json_agg(c), '[]') from chosen c) as found${more}`

const PAGE = pageOf('')
/** Counted in the same look at the same hits. */
const COUNTED = pageOf(`, (select count(*)::int from hit where ${allBut(null)}) as total,
  (select coalesce(json_agg(x order by x.count desc, x.value), '[]') from (${COUNTS}) x) as counts`)

interface Row {
  found: FoundHit[]
  total?: number
  counts?: { filter: Filter; value: string; count: number }[]
}

function parametersOf(ctx: Context, question: CatalogueQuestion, after: string | null, limit: number): unknown[] {
  const place = after === null ? [null, null, null, null, null] : partsOf(after)
  const { state, status, connection, group, owner, contract } = question
  const filters = [kindsMeant(question), state, status, connection, group, owner, contract]
  return [...wordsOf(question.search, seesFound(ctx)), ctx.clock.now(), ...filters, ...place, limit]
}

/** What answers a question after a place (null: from the first), the best first, each with its own place; as much of the catalogue as the reader may see. */
export async function findInCatalogue(
  ctx: Context,
  question: CatalogueQuestion,
  after: string | null,
  limit: number,
): Promise<CatalogueHit[]> {
  const { rows } = await ctx.pool.query<Row>(PAGE, parametersOf(ctx, question, after, limit))
  return getHits(ctx, question.search, rows[0]?.found ?? [])
}

/** The same with all that a screen says of it: how many there are, and how many of each value of each filter. */
export async function searchCatalogue(
  ctx: Context,
  question: CatalogueQuestion,
  after: string | null,
  limit: number,
): Promise<CatalogueAnswer> {
  const { rows } = await ctx.pool.query<Row>(COUNTED, parametersOf(ctx, question, after, limit + 1))
  const { found = [], total = 0, counts = [] } = rows[0] ?? {}
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const of = (filter: Filter) =>
    counts.flatMap(({ filter: own, value, count }) => (own === filter ? [{ value, count }] : [])).slice(0, VALUES_MAX)
  return {
    hits: await getHits(ctx, question.search, shown),
    total,
    next: last === undefined ? null : placeOf(last),
    counts: {
      kind: of('kind'),
      state: of('state'),
      status: of('status'),
      connection: of('connection'),
      group: of('group'),
      owner: of('owner'),
      contract: of('contract'),
    },
  }
}

const NEAREST_SHOWN = 5

const NEAREST = `with ${ENTRIES}
  select name from (
    select e.name, (select count(*) from unnest($2::text[]) t(run) where strpos(e.head, t.run) > 0) as shared from entry e
  ) x
  where shared >= greatest(1, cardinality($2::text[]) / 3) group by name order by max(shared) desc, length(name), name limit ${NEAREST_SHOWN}`

/** Names that are like what was typed, the likest first, for a question that nothing answers. */
export async function getNearestNames(ctx: Context, search: SearchWords): Promise<string[]> {
  if (search.words.length === 0) return []
  const { rows } = await ctx.pool.query<{ name: string }>(NEAREST, [seesFound(ctx), trigramsOf(search)])
  return rows.map(({ name }) => name)
}
