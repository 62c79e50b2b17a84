import type { MessageOutcome } from '#lib/db/messages/messages.ts'

/** Nothing has become of it: delivered, given up or to be tried again is said over this. */
export const NO_OUTCOME = { deliveredAt: null, givenUpAt: null, nextAttemptAt: null, problem: null } satisfies MessageOutcome

export interface OutcomeCounts {
  delivered: number
  retried: number
  givenUp: number
}

/** How many were delivered, are tried again, and were given up. */
export function countOutcomes(outcomes: readonly MessageOutcome[]): OutcomeCounts {
  return {
    delivered: outcomes.filter(({ deliveredAt }) => deliveredAt !== null).length,
    retried: outcomes.filter(({ nextAttemptAt }) => nextAttemptAt !== null).length,
    givenUp: outcomes.filter(({ givenUpAt }) => givenUpAt !== null).length,
  }
}
