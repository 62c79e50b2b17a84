import type { UpstreamPolicy } from './policy.ts'
import type { PolicyKind } from './policy-kind.ts'

/** It judges no clock: the statuses of what an asset is made from decide, see `upstream-status.ts`. */
export const upstreamPolicy: PolicyKind<UpstreamPolicy> = {
  judge: () => null,
  judgeNothing: () => null,
  words: () => 'as fresh as what it is made from',
}
