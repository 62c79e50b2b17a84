import type { Instant } from '#lib/domain/time/instant.ts'
import type { Policy } from './policy.ts'
import { agePolicy } from './policy-age.ts'
import { calendarDaysPolicy } from './policy-calendar-days.ts'
import { deadlinePolicy } from './policy-deadline.ts'
import type { Dated, Limits, PolicyKind } from './policy-kind.ts'
import { nonePolicy } from './policy-none.ts'
import { upstreamPolicy } from './policy-upstream.ts'

type Kind = Policy['kind']
type PolicyOf<K extends Kind> = { [P in K]: Extract<Policy, { kind: P }> }[K]

const KINDS: { [K in Kind]: PolicyKind<PolicyOf<K>> } = {
  age: agePolicy,
  'calendar-days': calendarDaysPolicy,
  deadline: deadlinePolicy,
  upstream: upstreamPolicy,
  none: nonePolicy,
}

/** What a value of the judged clock is good for under a policy; null when the policy judges nothing. */
export function judge<K extends Kind>(policy: PolicyOf<K>, value: Dated): Limits | null {
  return kindOf<K>(policy).judge(policy, value)
}

/** When something of which nothing ever arrived breaks a policy; null when that alone breaks none. */
export function judgeNothing<K extends Kind>(policy: PolicyOf<K>, createdAt: Instant): Limits | null {
  return kindOf<K>(policy).judgeNothing(policy, createdAt)
}

/** A promise as people say it, `every day at 02:00 (America/New_York), 45 min of grace`; no full stop. */
export function promiseInWords<K extends Kind>(policy: PolicyOf<K>): string {
  return kindOf<K>(policy).words(policy)
}

function kindOf<K extends Kind>(policy: { kind: K }): PolicyKind<PolicyOf<K>> {
  return KINDS[policy.kind]
}
