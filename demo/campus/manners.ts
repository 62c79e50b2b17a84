/** What a stand-in can do wrong. Those of the first line any server can do, the others belong to one protocol. */
export const MANNERS = [
  ...([
    'unauthorized',
    'too-many-requests',
    'server-error',
    'html-page',
    'cut-body',
    'slow-drip',
    'down',
    'redirect-elsewhere',
    'empty-answer',
    'half-the-rows',
  ] as const),
  ...(['missing-row-number', 'error-in-200', 'wrong-row-count', 'long-term-code'] as const),
  ...([
    'empty-objects',
    'error-document',
    'null-objects',
    'duplicate-courses',
    'long-session-code',
    'integer-overflow',
    'null-character',
  ] as const),
] as const
export type Manner = (typeof MANNERS)[number]

export const SYSTEMS = ['peoplesoft', 'snaplogic'] as const
export type System = (typeof SYSTEMS)[number]

export interface Misbehaviour {
  manner: Manner
  /** For so many requests; null = until it is cleared. */
  times: number | null
  /** The Retry-After header as it is sent: seconds, or an HTTP date. */
  retryAfter: string
}

/** Which stand-in misbehaves how at the moment. */
export class Manners {
  readonly #now = new Map<System, Misbehaviour>()

  set(system: System, manner: Manner, options: { times?: number; retryAfter?: string } = {}): void {
    this.#now.set(system, { manner, times: options.times ?? null, retryAfter: options.retryAfter ?? '2' })
  }

  /** Everybody behaves again, or only one system. */
  clear(system?: System): void {
    if (system === undefined) this.#now.clear()
    else this.#now.delete(system)
  }

  /** What the next request to this system meets; counts it. */
  take(system: System): Misbehaviour | undefined {
    const found = this.#now.get(system)
    if (found?.times === null || found === undefined) return found
    if (found.times <= 1) this.#now.delete(system)
    else this.#now.set(system, { ...found, times: found.times - 1 })
    return found
  }

  state(): Record<string, Misbehaviour> {
    return Object.fromEntries(this.#now)
  }
}
