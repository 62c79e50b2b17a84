import type { NonePolicy } from './policy.ts'
import type { PolicyKind } from './policy-kind.ts'

/** Watched, not judged. */
export const nonePolicy: PolicyKind<NonePolicy> = {
  judge: () => null,
  judgeNothing: () => null,
  words: () => 'watched, nothing promised',
}
