import { Client, type ClientConfig } from 'pg'

export type TroubleKind = 'disk-full' | 'connections-used-up'

interface ServerTrouble {
  kind: TroubleKind
  at: number
  /** The first refusal of this stretch. */
  since: number
}

const LASTS_MS = 30_000
/** ENOSPC has this code; a quota and a file size limit have only words. */
const DISK_FULL = '53100'
const TOO_MANY_CONNECTIONS = '53300'
const DISK_FULL_WORDS = /no space left on device|file too large|disk quota exceeded/i

export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === DISK_FULL) || DISK_FULL_WORDS.test(error.message)
}

function troubleIn(error: unknown): TroubleKind | null {
  if (isDiskFull(error)) return 'disk-full'
  return error instanceof Error && 'code' in error && error.code === TOO_MANY_CONNECTIONS ? 'connections-used-up' : null
}

/** Notes every refusal on the connections it watches that tells of the server itself. */
export class TroubleWatch {
  readonly #now: () => number
  #last: ServerTrouble | null = null
  onBegin: () => void = () => {}

  constructor(now: () => number) {
    this.#now = now
  }

  /** A client class whose refusals are noted, that of connecting included. */
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

  current(): ServerTrouble | null {
    return this.#last !== null && this.#now() - this.#last.at <= LASTS_MS ? this.#last : null
  }
}
