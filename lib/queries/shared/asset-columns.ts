import type { Context } from '#lib/db/context.ts'
import { type KnownColumn, type KnownColumns, knownColumns } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

/** SQL: what was pushed about each asset, by the latest that named columns; of what was told at once always the same. */
export const PUSHED = `
  select distinct on (d.asset_id) d.asset_id, d.facets -> 'columns' -> 'value' as columns, d.facets -> 'description' ->> 'value' as description
  from push_dataset d where d.asset_id is not null
  order by d.asset_id, d.facets ? 'columns' desc, d.told_at desc, d.namespace, d.name`

/** What others know of an asset beside what its catalogue says: its own system by discovery, and who pushes. */
export interface AssetFacts extends KnownColumns {
  id: number
  description: string | null
  /** Whose it is by its own system. */
  owner: string | null
  /** Where people see it there. */
  url: string | null
  labels: Readonly<Record<string, string>>
  /** What it is made from besides and its own system cannot tell; null: in words the reader may not see. */
  gaps: readonly (string | null)[]
  goneAt: Instant | null
}

interface Row extends Omit<AssetFacts, 'columns' | 'toldBy' | 'areInPart'> {
  discovered: KnownColumn[] | null
  isInPart: boolean | null
  pushed: KnownColumn[] | null
}

const FACTS = `
  with pushed as (${PUSHED.replace('where', 'where d.asset_id = any($1::int[]) and')})
  select a.subject_id as id, coalesce(f.description, p.description) as description, f.owner, f.url, coalesce(f.labels, '{}') as labels,
    case when exists (select from lineage_edge l where l.downstream_id = a.subject_id and l.to_at is null and l.origin = 'declared') then '[]'
      else coalesce(f.gaps, '[]') end as gaps,
    ${instant('coalesce(f.gone_at, o.gone_at)')} as "goneAt", f.columns as discovered, f.columns_in_part as "isInPart", p.columns as pushed
  from asset a
  left join found_asset f on f.connection_key = a.connection_key and f.path = a.path
  left join adoption o on o.asset_id = a.subject_id
  left join pushed p on p.asset_id = a.subject_id
  where a.subject_id = any($1::int[])`

/** The columns of these assets, and what else their own systems tell of them. */
export async function getAssetFacts(ctx: Context, ids: readonly number[]): Promise<Map<number, AssetFacts>> {
  if (ids.length === 0) return new Map()
  const { rows } = await ctx.pool.query<Row>(FACTS, [ids])
  return new Map(
    rows.map(({ discovered, isInPart, pushed, ...row }) => [row.id, { ...row, ...knownColumns(discovered, pushed, isInPart === true) }]),
  )
}
