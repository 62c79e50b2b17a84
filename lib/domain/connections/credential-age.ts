import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type LocalDay, startOfDay } from '#lib/domain/time/local-day.ts'

/** How long before its end a credential is announced. */
const SOON_MS = 14 * DAY_MS

export interface CredentialFacts {
  rotatedOn: LocalDay | null
  zone: string
  changedAt: Instant | null
  /** Since when we know the value it has: it is at least so old. */
  seenAt: Instant | null
  /** When it ends, as the system itself says. */
  expiresAt: Instant | null
  maxAgeMs: number
}

export interface CredentialAge {
  state: 'fine' | 'soon' | 'over' | 'unknown'
  since: { at: Instant; how: 'rotated' | 'changed' | 'seen' } | null
  /** When it ends or should be replaced, whichever comes first. */
  end: { at: Instant; why: 'expiry' | 'age' } | null
}

function sinceWhen({ rotatedOn, zone, changedAt, seenAt }: CredentialFacts): CredentialAge['since'] {
  const rotatedAt = rotatedOn === null ? null : startOfDay(rotatedOn, zone)
  if (changedAt !== null && (rotatedAt === null || changedAt > rotatedAt)) return { at: changedAt, how: 'changed' }
  if (rotatedAt !== null) return { at: rotatedAt, how: 'rotated' }
  return seenAt === null ? null : { at: seenAt, how: 'seen' }
}

function endOf(since: CredentialAge['since'], { expiresAt, maxAgeMs }: CredentialFacts): CredentialAge['end'] {
  const tooOldAt = since === null ? null : since.at + maxAgeMs
  if (expiresAt !== null && (tooOldAt === null || expiresAt <= tooOldAt)) return { at: expiresAt, why: 'expiry' }
  return tooOldAt === null ? null : { at: tooOldAt, why: 'age' }
}

/** How old a credential is and when that is too old: `soon` from 14 days before, `over` from that instant on. */
export function credentialAge(facts: CredentialFacts, now: Instant): CredentialAge {
  const since = sinceWhen(facts)
  const end = endOf(since, facts)
  if (end === null) return { state: 'unknown', since, end }
  if (now >= end.at) return { state: 'over', since, end }
  return { state: now >= end.at - SOON_MS ? 'soon' : 'fine', since, end }
}
