import { withoutEntry } from '#lib/access/act.ts'
import { passwordProblem } from '#lib/domain/access/password-rules.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

interface Lane {
  isBusy: boolean
  waiting: (() => void)[]
}

/** So many wait in a lane; more are refused. */
const WAITING_MAX = 20
/** What those are told who are refused as very many sign in, and when they may come again. */
export const TOO_BUSY = { words: 'Very many are signing in right now. Try again in a minute.', againMs: MINUTE_MS }

/** Each hash takes a whole core while it lasts, in a thread of its own: more at once would slow the page for everybody. Who is known waits for no stranger. */
const lanes: Record<'known' | 'strangers', Lane> = { known: { isBusy: false, waiting: [] }, strangers: { isBusy: false, waiting: [] } }

/** Does what makes or compares hashes of passwords when it is its turn, one after the other; refused at once when too many wait. */
export async function inTurn<T>(work: () => Promise<T>, whose: keyof typeof lanes): Promise<T> {
  const lane = lanes[whose]
  if (lane.isBusy) {
    if (lane.waiting.length >= WAITING_MAX) throw tooBusy()
    await new Promise<void>((resolve) => lane.waiting.push(resolve))
  } else lane.isBusy = true
  try {
    return await work()
  } finally {
    const next = lane.waiting.shift()
    if (next === undefined) lane.isBusy = false
    else next()
  }
}

function tooBusy(): TidemarkError {
  return withoutEntry(new TidemarkError('too-many', { publicMessage: TOO_BUSY.words, retryAfterMs: TOO_BUSY.againMs }))
}

/** Refuses a password that cannot be somebody's, in words. */
export function requireGoodPassword(password: string, owner: { name: string; email: string }): void {
  const problem = passwordProblem(password, owner)
  if (problem !== null) throw new TidemarkError('invalid', { publicMessage: problem })
}

/** The salted hash that is kept of a password. */
export async function hashOf(password: string): Promise<string> {
  const { hashPassword } = await import('better-auth/crypto')
  return hashPassword(password)
}

/** Whether a password is the one a hash was made from. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const { verifyPassword } = await import('better-auth/crypto')
  return verifyPassword({ hash, password })
}
