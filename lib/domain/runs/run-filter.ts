import { RUN_STATES, type RunState } from './run.ts'

/** A state, or everything that did not go well. */
export type RunFilterState = RunState | 'problems'
export const RUN_FILTER_STATES = ['problems', ...RUN_STATES] as const satisfies readonly RunFilterState[]

const PROBLEMS: readonly RunState[] = ['partial', 'failed', 'timed-out', 'crashed']

/** The states that a filter lets through. */
export function statesOf(filter: RunFilterState | undefined): readonly RunState[] {
  if (filter === undefined) return RUN_STATES
  return filter === 'problems' ? PROBLEMS : [filter]
}
