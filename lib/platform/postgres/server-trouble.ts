import type { Client } from 'pg'

/** Something that keeps a database from being written to although it answers. */
export type TroubleKind = 'disk-full'

/** The last time the server refused something for such a reason. */
export interface ServerTrouble {
  kind: TroubleKind
  at: number
}

/** So long after the last refusal it counts as over. */
const LASTS_MS = 60_000
/** ENOSPC has a code of its own; a quota and a limit on the size of files only have words. */
const DISK_FULL = '53100'
const DISK_FULL_WORDS = /no space left on device|file too large|disk quota exceeded/i

/** Whether the server could not write for want of room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === DISK_FULL) || DISK_FULL_WORDS.test(error.message)
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

  /** Listens to one connection for as long as it lives. */
  watch(client: Client): void {
    client.connection.on('errorMessage', (error: unknown) => this.note(error))
  }

  note(error: unknown): void {
    if (!isDiskFull(error)) return
    const isNew = this.current() === null
    this.#last = { kind: 'disk-full', at: this.#now() }
    if (isNew) this.onBegin()
  }

  /** The trouble there is now; null when there is none, or none any more. */
  current(): ServerTrouble | null {
    return this.#last !== null && this.#now() - this.#last.at <= LASTS_MS ? this.#last : null
  }
}
