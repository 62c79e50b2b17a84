/** A flow, by what it needs to run well. */
export interface FlowNeeds {
  name: string
  /** The flows that have to run well before. */
  after: readonly string[]
  /** The connections it speaks to. */
  connections: readonly string[]
}

/** The flows that cannot do their part while these connections are down and these flows fail: those, what speaks to one, and all that come after them. */
export function heldUpFlows(flows: readonly FlowNeeds[], down: ReadonlySet<string>, failing: ReadonlySet<string>): Set<string> {
  const held = new Set(failing)
  for (const { name, connections } of flows) if (connections.some((key) => down.has(key))) held.add(name)
  const next = Map.groupBy(
    flows.flatMap(({ name, after }) => after.map((before) => ({ name, before }))),
    ({ before }) => before,
  )
  for (const name of held) for (const flow of next.get(name) ?? []) held.add(flow.name)
  return held
}
