import type { Context } from '#lib/db/context.ts'
import { loadConcernedByIncidents, loadOpenGroups, loadToldNames } from '#lib/db/incidents/concerned-readers.ts'
import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'

interface Asked {
  id: number
  feeds: readonly { key: string }[]
}

/**
 * Whom the broken contract of an incident concerns, as far as a receiver may know: a reader of what they see; a channel (no reader) of the groups that it hears of, and of
 * those that everybody may see.
 */
export async function concernedToTell(
  ctx: Context,
  { id, feeds }: Asked,
  { reader, groups }: { reader: Context | null; groups: readonly string[] },
): Promise<ConcernedReader[]> {
  const all = (await loadConcernedByIncidents((reader ?? ctx).pool, [id], () => feeds)).get(id)?.readers ?? []
  if (reader !== null || all.length === 0) return all
  const places = all.flatMap(({ group }) => group?.key ?? [])
  const unplaced = all.flatMap(({ name, group }) => (group === null ? [name] : []))
  const open = await loadOpenGroups(ctx.pool, places)
  const told = await loadToldNames(ctx.pool, unplaced, groups)
  return all.filter(({ name, group }) => (group === null ? told.has(name) : open.has(group.key) || groups.includes(group.key)))
}
