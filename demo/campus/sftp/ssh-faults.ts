/** What the SSH server can do wrong; bytes count from the moment it is told. */
export type SshManner =
  /** The connection breaks when so many bytes of files have come in. */
  | { manner: 'dies'; afterBytes: number; times?: number }
  /** It breaks with the rename: before it is done, or after, so that nobody hears of it. */
  | { manner: 'dies-at-rename'; done: boolean; times?: number }
  /** No answers any more once so many bytes have come in; the connection stays. */
  | { manner: 'falls-silent'; afterBytes: number }
  | { manner: 'no-posix-rename' }
  /** Announced, but refused when used. */
  | { manner: 'posix-rename-refused' }
  | { manner: 'disk-full'; afterBytes: number }
  | { manner: 'read-only' }
  /** Says that all is well and drops what comes after so many bytes. */
  | { manner: 'truncates'; afterBytes: number }
  /** Changes one byte of every file it takes. */
  | { manner: 'garbles' }
  | { manner: 'slow'; waitMs: number }
  /** The receiver takes every file away, into this folder, as soon as it has its name. */
  | { manner: 'picks-up'; into: string }
  /** Folders cannot be listed: a drop box for writing only. */
  | { manner: 'no-listing' }
  | { manner: 'no-logins' }
  /** Nobody is behind the port. */
  | { manner: 'down' }

/** How the server behaves at the moment. */
export class SshFaults {
  #now: SshManner | null = null
  #bytesIn = 0
  #left = Number.POSITIVE_INFINITY

  /** Behaves like this from now on; null: well. */
  set(manner: SshManner | null): void {
    this.#now = manner
    this.#bytesIn = 0
    this.#left = manner !== null && 'times' in manner && manner.times !== undefined ? manner.times : Number.POSITIVE_INFINITY
  }

  /** The manner of this name, if it is the present one. */
  is<M extends SshManner['manner']>(name: M): Extract<SshManner, { manner: M }> | undefined {
    return this.#left > 0 && isManner(this.#now, name) ? this.#now : undefined
  }

  /** It has happened once. */
  spend(): void {
    this.#left -= 1
    this.#bytesIn = 0
  }

  /** How many of these incoming bytes still come before the limit of a manner; all of them when it has none. */
  admit(bytes: number, limit: number | undefined): number {
    const before = this.#bytesIn
    this.#bytesIn += bytes
    return limit === undefined ? bytes : Math.max(0, Math.min(bytes, limit - before))
  }
}

function isManner<M extends SshManner['manner']>(manner: SshManner | null, name: M): manner is Extract<SshManner, { manner: M }> {
  return manner?.manner === name
}
