import type { RunState } from './run.ts'

/** Where a flow stands, for finding it among many: one word for the state of its latest run, or that it is paused. */
export const FLOW_HEALTHS = ['running', 'failed', 'partial', 'paused', 'never', 'completed'] as const
export type FlowHealth = (typeof FLOW_HEALTHS)[number]

/** The health by the latest run that began or should have; `isRunning`: one is under way. */
export function flowHealth(flow: { last: RunState | null; isRunning: boolean; isPaused: boolean }): FlowHealth {
  if (flow.isRunning) return 'running'
  if (flow.isPaused) return 'paused'
  switch (flow.last) {
    case null:
    case 'scheduled':
      return 'never'
    case 'completed':
    case 'partial':
      return flow.last
    default:
      return 'failed'
  }
}
