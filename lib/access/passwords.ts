import { withoutEntry } from '#lib/access/act.ts'
import { passwordProblem } from '#lib/domain/access/password-rules.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

/** Each takes a whole core while it lasts, in a thread of its own: more at once would slow the page for everybody. */
const AT_ONCE = 2
const WAITING_MAX = 40
/** So many more of those who come by a browser that is known. */
const KNOWN_WAITING_MAX = 10

let running = 0
const waiting: (() => void)[] = []

/** Does what makes or compares hashes of passwords when it is its turn; refused at once when too many wait. Who comes by a known browser is next. */
export async function inTurn<T>(work: () => Promise<T>, { isKnown }: { isKnown: boolean } = { isKnown: false }): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX + (isKnown ? KNOWN_WAITING_MAX : 0)) throw tooBusy()
    await new Promise<void>((resolve) => (isKnown ? waiting.unshift(resolve) : waiting.push(resolve)))
  } else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

function tooBusy(): TidemarkError {
  const publicMessage = 'Very many are signing in right now. Try again in a minute.'
  return withoutEntry(new TidemarkError('too-many', { publicMessage, retryAfterMs: 60 * SECOND_MS }))
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
