import type { Instant } from '#lib/domain/time/instant.ts'

/** What a sign-in gave. */
interface KeptTicket {
  headers: Record<string, string>
  endsAt: Instant | null
}

interface Kept {
  ticket: KeptTicket
  leave(): Promise<void>
}

/** The sign-ins of one run in a connection: what one of its sessions held the next one goes on with, and all are given back at the end. */
export class KeptTickets {
  readonly #kept = new Map<string, Kept>()
  #isOver = false

  /** What the session before has left; undefined: nothing. */
  take(system: string): KeptTicket | undefined {
    return this.#kept.get(system)?.ticket
  }

  /** Keeps what a session held when it closed; of two that did so the later one stands. Once all is over it is given back at once. */
  async keep(system: string, kept: Kept): Promise<void> {
    if (this.#isOver) await kept.leave()
    else this.#kept.set(system, kept)
  }

  /** Gives all of them back. */
  async close(): Promise<void> {
    this.#isOver = true
    const all = [...this.#kept.values()]
    this.#kept.clear()
    await Promise.all(all.map(({ leave }) => leave()))
  }
}

export interface KeepingConnection {
  /** Sign-ins that outlive their sessions; absent: each session has its own. */
  tickets?: KeptTickets
}
