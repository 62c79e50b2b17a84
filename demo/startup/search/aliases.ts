import { failure, noSuchIndex, ok, type Reply } from './reply.ts'
import type { SearchWorld } from './world.ts'

interface AliasAction {
  add?: { index: string; alias: string; is_hidden?: boolean }
  remove?: { index: string; alias: string; must_exist?: boolean }
}

/** All of them, or none. */
export function moveAliases(world: SearchWorld, written: Record<string, unknown>): Reply {
  const actions = (written['actions'] ?? []) as AliasAction[]
  const problem = actions.map((action) => problemOf(world, action)).find((one) => one !== null)
  if (problem != null) return problem
  for (const { add, remove } of actions) {
    if (add !== undefined) world.addAlias(add.alias, add.index, add.is_hidden)
    if (remove !== undefined) world.removeAlias(remove.alias, remove.index)
  }
  return ok({ acknowledged: true, errors: false })
}

function problemOf(world: SearchWorld, { add, remove }: AliasAction): Reply | null {
  const index = add?.index ?? remove?.index ?? ''
  if (!world.indices.has(index)) return noSuchIndex(index)
  if (add !== undefined && world.indices.has(add.alias))
    return failure(400, 'invalid_alias_name_exception', 'an index or data stream exists with the same name as the alias')
  const isMissing = remove?.must_exist === true && world.aliases.get(remove.alias)?.has(index) !== true
  return isMissing ? failure(404, 'aliases_not_found_exception', 'aliases missing') : null
}

/** What there is, or what one name leads to; hidden and closed ones are left out. */
export function resolve(world: SearchWorld, name: string): Reply {
  const isAll = name === '*'
  if (!isAll && world.behind(name) === null) return noSuchIndex(name)
  const isAsked = (one: string) => isAll || one === name
  const open = [...world.indices.values()].filter((one) => isAsked(one.name) && !one.isClosed && !(one.isHidden && isAll))
  const visible = [...world.aliases].filter(([alias]) => isAsked(alias) && !(isAll && world.hiddenAliases.has(alias)))
  return ok({
    indices: open.map((one) => ({ name: one.name, attributes: ['open'], ...placeOf(world, one.name) })),
    aliases: visible.map(([alias, behind]) => ({ name: alias, indices: [...behind] })),
    data_streams: [...world.dataStreams]
      .filter(([stream]) => isAsked(stream))
      .map(([stream, behind]) => ({ name: stream, backing_indices: behind, timestamp_field: '@timestamp' })),
  })
}

function placeOf(world: SearchWorld, index: string) {
  const aliases = world.aliasesOf(index)
  const stream = [...world.dataStreams].find(([, behind]) => behind.includes(index))?.[0]
  return { ...(aliases.length > 0 && { aliases }), ...(stream !== undefined && { data_stream: stream }) }
}
