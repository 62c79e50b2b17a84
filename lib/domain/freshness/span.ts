import type { Instant } from '#lib/domain/time/instant.ts'
import type { Reason, Status } from './status.ts'

/** A stretch of one status for one reason: from ≤ t < to. Null status (no promise then) is stored as no span. */
export interface Span {
  from: Instant
  to: Instant
  status: Status | null
  reason: Reason | null
}

/** What `evaluate` answers. Instants are null where they have no meaning (policy `none`, nothing known). */
export interface Verdict {
  status: Status | null
  reason: Reason | null
  dueAt: Instant | null
  lateAt: Instant | null
  staleAt: Instant | null
  /** When status or reason would change if nothing arrives; null = never. */
  nextChangeAt: Instant | null
  /** The method on whose weak evidence the status rests; null: strong evidence, or none. */
  weakBy: string | null
  /** What it is made from that holds it back, the longest first; empty unless that is the reason. */
  blockedBy: number[]
  /** One sentence for people, without times of day (the page adds them in its zone). */
  explanation: string
}
