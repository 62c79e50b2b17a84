import type { Context } from '#lib/db/context.ts'

/** A reader that a contract names, and what that is here. */
export interface NamedReader {
  name: string
  /** The group, feed or asset of that name; null: none that is seen is called so. */
  subject: { kind: 'group' | 'feed' | 'asset'; key: string } | null
  /** Which of the assets asked about are of that, or of an owner of that name. */
  assetIds: number[]
}

const READERS = `
  select distinct on (n.place) n.name,
    case when s.id is not null then json_build_object('kind', s.kind, 'key', s.key) end as subject,
    array(
      select a.subject_id from asset a join feed f on f.subject_id = a.feed_id
      where a.subject_id = any($2::int[]) and (s.id in (a.subject_id, a.feed_id, f.group_id) or lower(f.owner) = lower(n.name))
      order by a.subject_id
    ) as "assetIds"
  from unnest($1::text[]) with ordinality n(name, place)
  left join subject s on lower(s.name) = lower(n.name) and s.removed_at is null
  order by n.place, array_position(array['group', 'feed', 'asset'], s.kind::text), s.id`

/** What the readers that a contract names are here, as far as whoever asks may see it, and which of these assets they are: of groups, feeds and assets of one name the widest. */
export async function getContractReaders(ctx: Context, names: readonly string[], assetIds: readonly number[]): Promise<NamedReader[]> {
  if (names.length === 0) return []
  return (await ctx.pool.query<NamedReader>(READERS, [names, assetIds])).rows
}
