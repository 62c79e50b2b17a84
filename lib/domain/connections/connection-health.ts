import type { Instant } from '#lib/domain/time/instant.ts'

/** What looks and checks have told of a connection. */
export interface ConnectionEvidence {
  /** The last look that got in, and the last that did not. */
  okAt: Instant | null
  failedAt: Instant | null
  problem: string | null
  /** The last check; `checkOk` null: it is under way, or there was none (`checkedAt` null). */
  checkedAt: Instant | null
  checkOk: boolean | null
  checkDetail: string | null
}

export type ConnectionState = 'working' | 'failing' | 'checking' | 'unseen'

export interface ConnectionHealth {
  state: ConnectionState
  at: Instant | null
  /** Why it fails, in words; null while it does not. */
  problem: string | null
}

/** Whether a connection works by the newest thing that is known of it, a look or a check. */
export function connectionHealth(signs: ConnectionEvidence): ConnectionHealth {
  if (signs.checkedAt !== null && signs.checkOk === null) return { state: 'checking', at: signs.checkedAt, problem: null }
  const known: ConnectionHealth[] = []
  if (signs.checkedAt !== null) {
    const problem = signs.checkOk ? null : (signs.checkDetail ?? 'The check failed.')
    known.push({ state: signs.checkOk ? 'working' : 'failing', at: signs.checkedAt, problem })
  }
  if (signs.okAt !== null) known.push({ state: 'working', at: signs.okAt, problem: null })
  if (signs.failedAt !== null) known.push({ state: 'failing', at: signs.failedAt, problem: signs.problem ?? 'The last look failed.' })
  const newest = known.reduce<ConnectionHealth | null>((best, one) => (best === null || (one.at ?? 0) > (best.at ?? 0) ? one : best), null)
  return newest ?? { state: 'unseen', at: null, problem: null }
}
