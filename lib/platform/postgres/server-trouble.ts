import { Client, type ClientConfig } from 'pg'

/** What can be wrong with a database server although it answers. */
export type TroubleKind = 'disk-full' | 'connections-used-up'

/** The last time the server refused something for such a reason. */
export interface ServerTrouble {
  kind: TroubleKind
  at: number
  /** The first time of those that belong together. */
  since: number
}

/** So long after the last refusal it counts as over. */
const LASTS_MS = 30_000
/** ENOSPC has a code of its own; a quota and a limit on the size of files only have words. */
const DISK_FULL = '53100'
const TOO_MANY_CONNECTIONS = '53300'
const DISK_FULL_WORDS = /no space left on device|file too large|disk quota exceeded/i

/** Whether the server could not write for want of room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === DISK_FULL) || DISK_FULL_WORDS.test(error.message)
}

function troubleIn(error: unknown): TroubleKind | null {
  if (isDiskFull(error)) return 'disk-full'
  return error instanceof Error && 'code' in error && error.code === TOO_MANY_CONNECTIONS ? 'connections-used-up' : null
}

/** Hears every refusal of a server on the connections it watches, whoever asked, and remembers what it says of the server itself. */
export class TroubleWatch {
  readonly #now: () => number
  #last: ServerTrouble | null = null
  /** Called when a trouble begins. */
  onBegin: () => void = () => {}

  constructor(now: () => number) {
    this.#now = now
  }

  /** The kind of client whose every refusal is heard, that of its own connection included. */
  clientClass(): new (config?: string | ClientConfig) => Client {
    const note = (error: unknown) => this.note(error)
    return class extends Client {
      constructor(config?: string | ClientConfig) {
        super(config)
        this.connection.on('errorMessage', note)
      }
    }
  }

  note(error: unknown): void {
    const kind = troubleIn(error)
    if (kind === null) return
    const before = this.current()
    const at = this.#now()
    this.#last = { kind, at, since: before?.kind === kind ? before.since : at }
    if (before?.kind !== kind) this.onBegin()
  }

  /** The trouble there is now; null when there is none, or none any more. */
  current(): ServerTrouble | null {
    return this.#last !== null && this.#now() - this.#last.at <= LASTS_MS ? this.#last : null
  }
}
