import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

/** Probes that one worker makes at the same time. */
export const PROBES_AT_ONCE = 16
/** So many of them through connections that did not let us in the last time. */
const DEAD_MAX = 12
/** A probe that has delivered nothing for so long is silent. */
export const SILENT_AFTER_MS = 30 * SECOND_MS
/** So many probes of a worker may be silent at the same time… */
const SILENT_MAX = 4
/** …and so many of them through connections that did not let us in the last time. */
const SILENT_DEAD_MAX = 3
/** Whoever in the line has not asked again for so long is not due any more, or is looked at by another worker. */
const STILL_ASKING_MS = 30 * SECOND_MS

export interface ProbeTurn {
  /** It has delivered nothing for `SILENT_AFTER_MS`: may it go on? If not, its connection stands in line. */
  goOnSilent(now: Instant): boolean
  /** Gives the turn back. `hasProbed`: the probe came to an end, good or bad. */
  end(hasProbed: boolean): void
}

interface Place {
  /** The connection let us in the last time. */
  isAlive: boolean
}

/**
 * Who may probe, in one worker, and for how long without a word, so that systems that hang never take the places of those that answer. At most
 * four probes are silent at once. A connection whose last probe was silent begins only when it may be silent again: whoever waits longest is next,
 * connections that let us in the last time before the others.
 */
export class ProbeTurns {
  readonly #inside = new Set<Place>()
  readonly #silent = new Set<Place>()
  readonly #line = new Map<string, Place & { askedAt: Instant }>()
  /** Connections whose last probe was silent. */
  readonly #slow = new Set<string>()

  /** null: not yet, ask again. */
  begin(connection: string, isAlive: boolean, now: Instant): ProbeTurn | null {
    const place = { isAlive }
    if (!isAlive && countDead(this.#inside) >= DEAD_MAX) return null
    if (this.#slow.has(connection) && !this.#maySilence(connection, place, now)) return null
    this.#inside.add(place)
    let wasSilent = false
    return {
      goOnSilent: (at) => {
        wasSilent = true
        this.#slow.add(connection)
        return this.#silent.has(place) || this.#maySilence(connection, place, at)
      },
      end: (hasProbed) => {
        this.#inside.delete(place)
        this.#silent.delete(place)
        if (hasProbed && !wasSilent) this.#slow.delete(connection)
      },
    }
  }

  /** Who may not stands in line, and keeps the place it has there. */
  #maySilence(connection: string, place: Place, now: Instant): boolean {
    this.#line.set(connection, { ...place, askedAt: now })
    if (!this.#isNext(connection, place, now)) return false
    this.#line.delete(connection)
    this.#silent.add(place)
    return true
  }

  #isNext(connection: string, { isAlive }: Place, now: Instant): boolean {
    const ahead = this.#ahead(connection, now)
    const deadAhead = countDead(ahead)
    const free = SILENT_MAX - this.#silent.size
    if (isAlive) return free > ahead.length - deadAhead
    return free > ahead.length && SILENT_DEAD_MAX - countDead(this.#silent) > deadAhead
  }

  /** Those before it in the line who still ask. */
  #ahead(connection: string, now: Instant): Place[] {
    const ahead: Place[] = []
    for (const [key, waiting] of this.#line) {
      if (key === connection) break
      if (now - waiting.askedAt > STILL_ASKING_MS) this.#line.delete(key)
      else ahead.push(waiting)
    }
    return ahead
  }
}

function countDead(places: Iterable<Place>): number {
  let dead = 0
  for (const { isAlive } of places) if (!isAlive) dead++
  return dead
}
