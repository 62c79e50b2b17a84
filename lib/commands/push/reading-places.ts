import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { orAborted } from '#lib/platform/when-aborted.ts'

/** Whoever has kept us waiting for so long altogether gives its place to the next who comes, if none is free. */
export const WAITED_MAX_MS = 3 * SECOND_MS

/** A place among those whose bytes are read at once. */
export interface ReadingPlace {
  /** The bytes as they come; throws `TakenAway` when another has got the place meanwhile. */
  read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  end(): void
}

/** The place went to somebody who is quicker. */
export class TakenAway extends Error {}

interface Held {
  waitedMs: number
  waitingSince: Instant | null
  lost: AbortController
}

/**
 * So many are read at once, and slow senders do not keep the others out: what is held against a sender is only the time that we waited for its bytes, and
 * only when somebody else comes.
 */
export class ReadingPlaces {
  readonly #held = new Set<Held>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** null: all are taken, and none by a slow sender. */
  take(clock: Pick<Clock, 'now'>): ReadingPlace | null {
    if (this.#held.size >= this.#most && !this.#takeFromSlowest(clock.now())) return null
    const held: Held = { waitedMs: 0, waitingSince: null, lost: new AbortController() }
    this.#held.add(held)
    return {
      read: (bytes) => readTimed(bytes, held, clock),
      end: () => {
        this.#held.delete(held)
      },
    }
  }

  #takeFromSlowest(now: Instant): boolean {
    const [slowest] = [...this.#held].sort((a, b) => waited(b, now) - waited(a, now))
    if (slowest === undefined || waited(slowest, now) < WAITED_MAX_MS) return false
    this.#held.delete(slowest)
    slowest.lost.abort(new TakenAway())
    return true
  }
}

/** Nobody waits any more for one whose bytes are all here. */
function waited({ waitedMs, waitingSince }: Held, now: Instant): number {
  return waitingSince === null ? 0 : waitedMs + now - waitingSince
}

async function* readTimed(bytes: AsyncIterable<Uint8Array>, held: Held, clock: Pick<Clock, 'now'>): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]()
  let isOver = false
  try {
    while (!isOver) {
      held.waitingSince = clock.now()
      const next = await orAborted(chunks.next(), held.lost.signal)
      held.waitedMs += clock.now() - held.waitingSince
      held.waitingSince = null
      isOver = next.done === true
      if (!next.done) yield next.value
    }
  } finally {
    // Not waited for: of a sender that says nothing it would come when the door hangs up.
    if (!isOver) void chunks.return?.().catch(() => {})
  }
}
