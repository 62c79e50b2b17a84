import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { LEASE_MS, LEASE_RENEWAL_MS, type RunState } from './run.ts'

/** The signs of life of a running run. */
export interface SignsOfLife {
  state: RunState
  /** Until when its worker holds it; every renewal is a sign. */
  leaseUntil: Instant | null
  /** The newest line, start or end of a step that its worker wrote. */
  reportedAt: Instant | null
}

export interface Liveness {
  at: Instant
  /** Longer ago than a renewal takes. */
  isSilent: boolean
  /** Until then nobody else may take the run. */
  heldUntil: Instant
}

/** A renewal comes every ten seconds; one that is later than this is missing. */
const SILENT_AFTER_MS = LEASE_RENEWAL_MS + 5 * SECOND_MS

/** The last sign of life of a running run; null for one that does not run. */
export function livenessOf(run: SignsOfLife, now: Instant): Liveness | null {
  if (run.state !== 'running' || run.leaseUntil === null) return null
  const at = Math.min(now, Math.max(run.leaseUntil - LEASE_MS, run.reportedAt ?? Number.NEGATIVE_INFINITY))
  return { at, isSilent: now - at > SILENT_AFTER_MS, heldUntil: run.leaseUntil }
}

/** The last sign of life in words: an age, or what a silence means; null for a run that does not run. */
export function livenessInWords(run: SignsOfLife, now: Instant): string | null {
  const sign = livenessOf(run, now)
  if (sign === null) return null
  const age = formatDuration(now - sign.at)
  if (!sign.isSilent) return `Last sign of life ${age} ago.`
  if (now < sign.heldUntil)
    return `No sign of life for ${age}. If none comes within ${formatDuration(sign.heldUntil - now)}, another worker takes over.`
  return `No sign of life for ${age}: its worker is lost. Another one goes on where it was, as soon as there is one.`
}
