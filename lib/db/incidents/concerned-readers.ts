import { loadNamedReaders } from '#lib/db/catalogue/named-readers.ts'
import { loadReadingFeeds } from '#lib/db/catalogue/reading-feeds.ts'
import type { Sql } from '#lib/db/context.ts'
import { type ConcernedReader, concernedReaders } from '#lib/domain/contracts/concerned-readers.ts'

/** A cause that is a broken contract: of an incident or of an asset, by its id. */
interface Break {
  id: number
  assetId: number
  consumers: string[]
}

const CONSUMERS = `coalesce((
  select v -> 'consumers' from jsonb_array_elements(c.terms -> 'versions') v where v ->> 'version' = b.version limit 1), '[]') as consumers`

/** Of what has ended all that was broken while it was a cause; else what is broken still. */
const OF_INCIDENTS = `
  select distinct i.id, b.asset_id as "assetId", ${CONSUMERS}
  from incident i cross join lateral jsonb_to_recordset(i.roots) r(key text, "from" float8, "to" float8)
  join contract_break b on r.key = 'asset:' || b.asset_id and b.from_at < coalesce(to_timestamp(r."to" / 1000), 'infinity')
    and coalesce(b.to_at, 'infinity') > to_timestamp(r."from" / 1000)
  join asset_contract c on c.asset_id = b.asset_id
  where i.id = any($1::int[]) and (i.ended_at is not null or i.withdrawn_at is not null or (r."to" is null and b.to_at is null)) order by 1, 2`

const OF_ASSETS = `
  select b.asset_id as id, b.asset_id as "assetId", ${CONSUMERS}
  from contract_break b join asset_contract c on c.asset_id = b.asset_id where b.asset_id = any($1::int[]) and b.to_at is null`

/** Whose contracts are or were broken, and whom that concerns. */
export interface ConcernedByBreak {
  assetIds: number[]
  readers: ConcernedReader[]
}

/** Which feeds, by their keys, something holds back. */
type HeldOf = (id: number) => readonly { key: string }[]

/** Whom the broken contracts concern that each of these incidents is or was about, beside the feeds that it holds back; as far as whoever `sql` belongs to may see it. */
export function loadConcernedByIncidents(sql: Sql, ids: readonly number[], heldOf: HeldOf): Promise<Map<number, ConcernedByBreak>> {
  return loadConcerned(sql, OF_INCIDENTS, ids, heldOf)
}

/** The same of assets whose contracts are broken now. */
export function loadConcernedByAssets(sql: Sql, ids: readonly number[], heldOf: HeldOf): Promise<Map<number, ConcernedByBreak>> {
  return loadConcerned(sql, OF_ASSETS, ids, heldOf)
}

async function loadConcerned(sql: Sql, breaks: string, ids: readonly number[], heldOf: HeldOf): Promise<Map<number, ConcernedByBreak>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql.query<Break>(breaks, [ids])
  if (rows.length === 0) return new Map()
  const reading = await loadReadingFeeds(sql, [...new Set(rows.map(({ assetId }) => assetId))])
  const names = [...new Set(rows.flatMap(({ consumers }) => consumers))]
  const named = await loadNamedReaders(sql, names, [...new Set(reading.flatMap(({ assetIds }) => assetIds))])
  const found = [...Map.groupBy(rows, ({ id }) => id)].map(([id, own]): [number, ConcernedByBreak] => {
    const [sources, consumers] = [new Set(own.map(({ assetId }) => assetId)), new Set(own.flatMap((one) => one.consumers))]
    const below = reading.filter(({ source }) => sources.has(source))
    const asked = named.filter(({ name }) => consumers.has(name))
    return [id, { assetIds: [...sources], readers: concernedReaders(below, asked, new Set(heldOf(id).map(({ key }) => key))) }]
  })
  return new Map(found)
}

const OPEN_GROUPS = `
  select g.key from subject g where g.kind = 'group' and g.key = any($1::text[]) and (not exists (select from audience_group)
    or exists (select from audience_group v where v.group_id = g.id and v.audience = 'everybody'))`

/** Of these groups those that everybody may see. */
export async function loadOpenGroups(sql: Sql, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ key: string }>(OPEN_GROUPS, [keys])
  return new Set(rows.map(({ key }) => key))
}

const TOLD_NAMES = `
  select n.name from unnest($1::text[]) n(name)
  where told_people(' (read by "' || replace(n.name, '"', '''') || '")', array(select g.id from subject g where g.kind = 'group' and g.key = any($2::text[]))) <> ''`

/** Of these readers those that a channel which hears of these groups may name: what is in them, what everybody sees, and what is nothing in the catalogue. */
export async function loadToldNames(sql: Sql, names: readonly string[], groups: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ name: string }>(TOLD_NAMES, [names, groups])
  return new Set(rows.map(({ name }) => name))
}
