import { nextTick } from '#lib/domain/time/cron.ts'
import { cronInWords } from '#lib/domain/time/cron-in-words.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { dueAfter } from './deadline-windows.ts'
import { countingInWords } from './deadline-words.ts'
import type { DeadlinePolicy } from './policy.ts'
import { type Limits, NEVER, type PolicyKind } from './policy-kind.ts'

function limitsOf(policy: DeadlinePolicy, due: Instant | null): Limits {
  if (due === null) return { dueFrom: NEVER, lateAt: NEVER, staleAt: NEVER, dueAt: NEVER }
  return { dueFrom: due, lateAt: due + policy.graceMs, staleAt: due + policy.staleAfterMs, dueAt: due }
}

/** An arrival satisfies the tick in whose window it lies, and none after it: the one after that is due next. */
export const deadlinePolicy: PolicyKind<DeadlinePolicy> = {
  judge: (policy, { placedAt, clock }) => limitsOf(policy, dueAfter(policy, placedAt, clock)),
  judgeNothing: (policy, createdAt) => limitsOf(policy, nextTick(policy, createdAt)),
  words: (policy) => {
    const days = policy.calendar === null ? '' : ', business days only'
    const grace = policy.graceMs === 0 ? '' : `, ${formatDuration(policy.graceMs, 4)} of grace`
    return `${cronInWords(policy.cron)} (${policy.zone})${days}${grace}, counting ${countingInWords(policy)}`
  },
}
