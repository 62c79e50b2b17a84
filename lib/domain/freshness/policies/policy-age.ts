import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { AgePolicy } from './policy.ts'
import type { PolicyKind } from './policy-kind.ts'

/** Strictly older than a limit breaks it: at the limit itself all is well. */
export const agePolicy: PolicyKind<AgePolicy> = {
  judge(policy, { at }) {
    const lateAt = at + policy.lateAfterMs + 1
    return { dueFrom: lateAt, lateAt, staleAt: at + policy.staleAfterMs + 1, dueAt: at + policy.lateAfterMs }
  },
  judgeNothing: () => null,
  words: (policy) => `never older than ${formatDuration(policy.lateAfterMs, 4)}`,
}
