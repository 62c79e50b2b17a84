import type { Sql } from '#lib/db/context.ts'
import type { NamedReader } from '#lib/domain/contracts/concerned-readers.ts'

const READERS = `
  with named as (
    select distinct on (n.place) n.place, n.name, s.id, s.kind, s.key, coalesce(a.feed_id, s.id) as feed_id
    from unnest($1::text[]) with ordinality n(name, place)
    left join subject s on lower(s.name) = lower(n.name) and s.removed_at is null left join asset a on a.subject_id = s.id
    order by n.place, array_position(array['group', 'feed', 'asset'], s.kind::text), s.id
  )
  select n.name, case when n.id is not null then json_build_object('kind', n.kind, 'key', n.key) end as subject,
    (select json_build_object('key', g.key, 'name', g.name) from subject g
      where g.id = n.id and n.kind = 'group' or g.id = (select f.group_id from feed f where f.subject_id = n.feed_id)) as "group",
    array(
      select distinct f.owner from feed f join subject fs on fs.id = f.subject_id and fs.removed_at is null
      where f.owner is not null and (n.id = f.group_id or n.feed_id = f.subject_id or lower(f.owner) = lower(n.name)) order by 1
    ) as owners,
    array(
      select a.subject_id from asset a join feed f on f.subject_id = a.feed_id
      where a.subject_id = any($2::int[]) and (n.id in (a.subject_id, a.feed_id, f.group_id) or lower(f.owner) = lower(n.name))
      order by a.subject_id
    ) as "assetIds"
  from named n order by n.place`

/** What the readers that a contract names are, as far as whoever `sql` belongs to may see it, and which of these assets they are: of groups, feeds and assets of one name the widest. */
export async function loadNamedReaders(sql: Sql, names: readonly string[], assetIds: readonly number[]): Promise<NamedReader[]> {
  if (names.length === 0) return []
  return (await sql.query<NamedReader>(READERS, [names, assetIds])).rows
}
