import { nextTick, previousTick } from './cron.ts'
import { cronInWords } from './cron-in-words.ts'
import { formatDuration } from './duration.ts'
import type { Instant } from './instant.ts'
import type { DeadlinePolicy } from './policy.ts'
import { type Limits, NEVER, type PolicyKind } from './policy-kind.ts'

/** From this instant on an arrival satisfies the tick; before it, it still belongs to the tick before. */
export function opensAt(policy: DeadlinePolicy, tick: Instant): Instant {
  if (policy.opensBeforeMs !== null) return tick - policy.opensBeforeMs
  const before = previousTick(policy, tick - 1)
  return before === null ? tick : tick - (tick - before) / 2
}

/** The newest tick that a value satisfies; null when it is older than every tick. */
function satisfiedBy(policy: DeadlinePolicy, value: Instant): Instant | null {
  if (policy.opensBeforeMs !== null) return previousTick(policy, value + policy.opensBeforeMs)
  const next = nextTick(policy, value)
  return next !== null && opensAt(policy, next) <= value ? next : previousTick(policy, value)
}

function limitsOf(policy: DeadlinePolicy, due: Instant | null): Limits {
  if (due === null) return { dueFrom: NEVER, lateAt: NEVER, staleAt: NEVER, dueAt: NEVER }
  return { dueFrom: due, lateAt: due + policy.graceMs, staleAt: due + policy.staleAfterMs, dueAt: due }
}

/** An arrival satisfies the newest tick that was open, and none after it: the one after that is due next. */
export const deadlinePolicy: PolicyKind<DeadlinePolicy> = {
  judge: (policy, value) => limitsOf(policy, nextTick(policy, satisfiedBy(policy, value) ?? value)),
  judgeNothing: (policy, createdAt) => limitsOf(policy, nextTick(policy, createdAt)),
  words: (policy) => {
    const days = policy.calendar === null ? '' : ', business days only'
    const grace = policy.graceMs === 0 ? '' : `, ${formatDuration(policy.graceMs, 4)} of grace`
    return `${cronInWords(policy.cron)} (${policy.zone})${days}${grace}`
  },
}
