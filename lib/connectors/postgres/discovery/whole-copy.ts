import type { Draft } from './draft.ts'
import type { Proposal } from './propose-policy.ts'

/** When nothing anywhere was written for so long, the database is a copy or an archive rather than late in all its parts. */
const QUIET_DAYS = 8
/** So many tables must say so. */
const WITNESSES = 3

/** A draft with what is proposed for it. */
export interface Proposed {
  draft: Draft
  policy: Proposal
}

/** Takes back promises that would start broken because the whole database stopped: a copy is not late. */
export function whereAllStopped(proposed: readonly Proposed[]): Proposed[] {
  const newest = proposed.flatMap(({ draft }) => draft.rhythm?.daysAgo.slice(0, 1) ?? [])
  const quiet = Math.min(...newest)
  if (newest.length < WITNESSES || quiet < QUIET_DAYS) return [...proposed]
  const because = `Nothing in the whole database was written for ${quiet} days: it looks like a copy or an archive, and every promise would start broken.`
  return proposed.map(({ draft, policy }) =>
    policy.input['kind'] === 'none'
      ? { draft, policy }
      : { draft, policy: { input: { kind: 'none' }, because: `${because} ${policy.because}` } },
  )
}
