import { createHash } from 'node:crypto'
import type { Ticket } from '#lib/connectors/kit/http-session.ts'
import type { Connected } from './settings.ts'

export interface SignedIn extends Ticket {
  /** The id of the site, by which all its addresses go on. */
  site: string
}

/**
 * One sign-in for all sessions of a connection in this process: a personal access token holds one session at a time, and another sign-in would end the first.
 * The last to leave gives it back.
 */
export class SharedSignIn {
  readonly #holders = new Set<object>()
  #held: Promise<SignedIn> | null = null

  /** The sign-in that stands; where there is none, or it is the one that is spent, `enter` makes one, for all who wait. */
  async take(holder: object, spent: SignedIn | null, enter: () => Promise<SignedIn>): Promise<SignedIn> {
    this.#holders.add(holder)
    for (;;) {
      const known = this.#held
      const held = known === null ? null : await known.catch(() => null)
      if (held !== null && held !== spent) return held
      // Somebody else has begun to sign in meanwhile.
      if (this.#held !== known) continue
      const own = enter()
      this.#held = own
      own.catch(() => {
        if (this.#held === own) this.#held = null
      })
      return own
    }
  }

  /** Lets go of it. What is to be given back, if nobody else holds it. */
  async leave(holder: object): Promise<SignedIn | null> {
    this.#holders.delete(holder)
    if (this.#holders.size > 0) return null
    const held = this.#held
    this.#held = null
    return held === null ? null : await held.catch(() => null)
  }
}

const shared = new WeakMap<object, Map<string, SharedSignIn>>()

/** That of all sessions of one connection, as it is set up now. */
export function sharedSignIn({ turns, settings }: Connected): SharedSignIn {
  if (turns === undefined) return new SharedSignIn()
  const { url, site, tokenName, tokenSecret } = settings
  const key = createHash('sha256')
    .update(JSON.stringify([url, site, tokenName, tokenSecret]))
    .digest('hex')
  const ofTurns = shared.get(turns) ?? new Map<string, SharedSignIn>()
  shared.set(turns, ofTurns)
  const known = ofTurns.get(key) ?? new SharedSignIn()
  ofTurns.set(key, known)
  return known
}
