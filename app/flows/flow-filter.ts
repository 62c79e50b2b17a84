import type { Question } from '#app/_ui/runs/run-question.ts'
import { FLOW_HEALTHS } from '#lib/domain/runs/flow-health.ts'
import type { FlowFilter } from '#lib/queries/pages/flows-page.ts'

export const ALL_FLOWS: FlowFilter = { q: null, group: null, health: null }
const LENGTH_MAX = 200

/** Which flows are asked for (`q`, `group`, `state`), or in words why that cannot be understood. */
export function parseFlowFilter({ q, group, state }: Question): FlowFilter | { problem: string } {
  if ((q ?? '').length > LENGTH_MAX) return { problem: `“q” is longer than ${LENGTH_MAX} characters.` }
  const health = FLOW_HEALTHS.find((name) => name === state) ?? null
  if (state !== undefined && health === null) return { problem: `There is no state “${state}”. Known are ${FLOW_HEALTHS.join(', ')}.` }
  return { q: q?.trim() || null, group: group ?? null, health }
}
