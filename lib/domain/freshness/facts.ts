import type { KeyReading } from '#lib/domain/coverage/key-reading.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { RollUpMember } from './roll-up.ts'
import type { Witness } from './witnesses/witness.ts'

/** The clocks a policy can judge. `probedAt`, the fourth, only says how good our sight is. */
export const JUDGED_CLOCKS = ['dataThroughAt', 'writtenAt', 'loadedAt'] as const
export type JudgedClock = (typeof JUDGED_CLOCKS)[number]

/** How a fact is known. */
export interface Evidence {
  /** `ledger`, `metadata`, `column`, `scan`, … in the words of who found it, shown on the page. */
  method: string
  strength: 'strong' | 'weak'
  detail: string
  costMs: number
}

/**
 * A clock changed. Forward is an arrival; backwards or to nothing (`at: null`) is a correction. An arrival of nothing says that the first
 * look found the thing empty.
 */
export interface Arrival {
  clock: JudgedClock
  at: Instant | null
  recordedAt: Instant
  witness: Witness
  /** When a look looked, when a told event happened: of one witness the latest counts, whenever we learnt it. */
  happenedAt: Instant
  /**
   * Where it lies among the ticks of a deadline: when a scheduled run was meant for, when one that was asked for began. Absent or null:
   * at its own time.
   */
  placedAt?: Instant | null
  kind: 'arrival' | 'correction'
  /** `day`: `at` is the last instant of a local day, because the source only knows dates. */
  precision: 'instant' | 'day'
  /** Rows that came with it; 0 on a successful load makes the reason `idle`. */
  rows: number | null
  /** The method that told it, where that is weak evidence; absent or null: strong. */
  weakBy?: string | null
}

/** How a run of the writing flow ended; it never changes a status by itself, it explains one. */
export interface RunOutcome {
  state: 'completed' | 'partial' | 'failed' | 'timed-out' | 'cancelled' | 'crashed' | 'missed' | 'running'
  startedAt: Instant
  endedAt: Instant | null
  /** From here on a still running run counts as hung. */
  hungAt: Instant | null
}

/** A stretch during which nobody could look; `to` null means it is still so. */
export interface BlindInterval {
  from: Instant
  to: Instant | null
  /** `receiver-stopped`: what is only ever told about could not be told, and that stays so afterwards. */
  reason: 'probe-failed' | 'source-unreachable' | 'receiver-stopped'
  /** Of an unreachable system: since when it is sure that nothing can be in it, whatever somebody tells; absent or null: it may be there all the same. */
  sureFrom?: Instant | null
}

/** Answers that stay the same until somebody changes something: there is no such thing, or we may not read it. */
export const LASTING_REASONS = ['gone', 'refused', 'no-time'] as const
export type LastingReason = (typeof LASTING_REASONS)[number]

/** A stretch in which an asset's system gave the same lasting answer; `to` null means it still does. */
export interface LastingAnswer {
  from: Instant
  to: Instant | null
  reason: LastingReason
  seenAt: Instant
}

/** A stretch in which what is there broke the contract about it; `to` null: it still does. Stretches of one asset never overlap. */
export interface ContractBreak {
  from: Instant
  to: Instant | null
  status: 'late' | 'stale'
  words: string
}

export interface MaintenanceWindow {
  from: Instant
  to: Instant | null
  kind: 'maintenance' | 'paused'
}

/** One thing an asset is made from, while it is, with its statuses. */
export interface Upstream extends RollUpMember {
  assetId: number
  /** null: it has no name for everybody who sees the asset. */
  name: string | null
  /** Meanwhile it follows the asset in turn, so neither tells anything of the other. */
  isCircular?: boolean
}

/** Everything known about one asset that can decide its status. Order does not matter; see `prepareFacts`. */
export interface AssetFacts {
  createdAt: Instant
  arrivals: readonly Arrival[]
  runs: readonly RunOutcome[]
  /** The last good look; null when nobody ever looked. Runs count as looks for assets of a flow. */
  probedAt: Instant | null
  /** Only matters while `to` is null or for the overlay, since closed gaps no longer hide what we learnt since; save those in which nothing could be told. */
  blind: readonly BlindInterval[]
  lasting: readonly LastingAnswer[]
  windows: readonly MaintenanceWindow[]
  /** Absent: no contract about it was ever broken. */
  breaks?: readonly ContractBreak[]
  /** The newest row of each key, as looks saw it; absent: nobody looked at keys. */
  keys?: readonly KeyReading[]
  /** Only policy `upstream` asks for it; absent: nothing is known. */
  upstream?: readonly Upstream[]
}
