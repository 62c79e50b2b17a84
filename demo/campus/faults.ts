import { MINUTE_MS } from '#lib/domain/time/instant.ts'

/** What a stand-in can do wrong. Those of the first lines any server can do, the others belong to one protocol. */
export const FAULT_KINDS = [
  ...([
    'unauthorized',
    'unauthorized-as-404',
    'too-many-requests',
    'server-error',
    'html-page',
    'xml-fault-in-200',
    'cut-body',
    'slow-drip',
    'slow-answer',
    'down',
    'redirect-elsewhere',
    'empty-answer',
    'half-the-rows',
  ] as const),
  ...(['missing-row-number', 'error-in-200', 'wrong-row-count', 'long-term-code', 'fails-for-some'] as const),
  ...([
    'empty-objects',
    'error-document',
    'null-objects',
    'duplicate-courses',
    'long-session-code',
    'integer-overflow',
    'null-character',
  ] as const),
  ...(['dropped-people', 'unasked-person', 'deep-document', 'huge-number'] as const),
  ...(['error-lines', 'ends-early', 'wrong-summary', 'one-json-document'] as const),
  ...(['missing-table', 'next-elsewhere', 'size-limit', 'no-paging'] as const),
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** The systems behind the campus' address, in the order in which systems.ts asks them whether a path is theirs. */
export const HTTP_SYSTEMS = ['peoplesoft', 'person-task', 'snaplogic', 'sap', 'vds', 'cs-tools', 'person-api'] as const
export type HttpSystem = (typeof HTTP_SYSTEMS)[number]

export const SYSTEMS = [...HTTP_SYSTEMS, 'ldap'] as const
export type System = (typeof SYSTEMS)[number]

export interface Fault {
  kind: FaultKind
  /** For so many requests; null: until it is cleared. */
  times: number | null
  /** The Retry-After header as it is sent: seconds, or an HTTP date. */
  retryAfter: string
  delayMs: number
  /** Whom `fails-for-some` and `dropped-people` meet, 0…1; always the same people. */
  share: number
  /** Whose document is spoiled; the first one of an answer when nobody is named. */
  buid: string | null
}

export type FaultOptions = Partial<Omit<Fault, 'kind'>>

export class Faults {
  readonly #now = new Map<System, Fault>()

  set(system: System, kind: FaultKind, options: FaultOptions = {}): void {
    this.#now.set(system, { times: null, retryAfter: '2', delayMs: 5 * MINUTE_MS, share: 0.03, buid: null, ...options, kind })
  }

  clear(system?: System): void {
    if (system === undefined) this.#now.clear()
    else this.#now.delete(system)
  }

  take(system: System): Fault | undefined {
    const found = this.#now.get(system)
    if (found?.times === null || found === undefined) return found
    if (found.times <= 1) this.#now.delete(system)
    else this.#now.set(system, { ...found, times: found.times - 1 })
    return found
  }

  state(): Record<string, Fault> {
    return Object.fromEntries(this.#now)
  }
}
