import type { Instant } from '#lib/domain/time/instant.ts'

/** When something is good again: by then, if these answer and the next runs of those succeed; or why there is no date, and whom to ask. */
export type GoodAgain =
  | { kind: 'by'; at: Instant; ifAnswering: string[]; ifSucceeding: string[] }
  | { kind: 'no-date'; because: string; ask: string | null }

/** What has to come true before, by the names of systems, flows and jobs. */
export interface Conditions {
  ifAnswering: readonly string[]
  ifSucceeding: readonly string[]
}
