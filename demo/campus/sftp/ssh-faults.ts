/** The SSH server's faults; bytes count from when it was set. */
export type SshManner =
  | { manner: 'dies'; afterBytes: number; times?: number }
  /** Breaks at the rename: before it is done, or after, before its answer. */
  | { manner: 'dies-at-rename'; done: boolean; times?: number }
  /** After so many bytes no more answers, but the connection stays. */
  | { manner: 'falls-silent'; afterBytes: number }
  | { manner: 'no-posix-rename' }
  /** Announced, but refused when used. */
  | { manner: 'posix-rename-refused' }
  | { manner: 'disk-full'; afterBytes: number }
  | { manner: 'read-only' }
  /** Reports success and drops what comes after so many bytes. */
  | { manner: 'truncates'; afterBytes: number }
  | { manner: 'garbles' }
  | { manner: 'slow'; waitMs: number }
  /** The receiver moves every file here as soon as it has its final name. */
  | { manner: 'picks-up'; into: string }
  | { manner: 'no-listing' }
  | { manner: 'no-logins' }
  | { manner: 'down' }

export class SshFaults {
  #now: SshManner | null = null
  #bytesIn = 0
  #left = Number.POSITIVE_INFINITY

  set(manner: SshManner | null): void {
    this.#now = manner
    this.#bytesIn = 0
    this.#left = manner !== null && 'times' in manner && manner.times !== undefined ? manner.times : Number.POSITIVE_INFINITY
  }

  is<M extends SshManner['manner']>(name: M): Extract<SshManner, { manner: M }> | undefined {
    return this.#left > 0 && isManner(this.#now, name) ? this.#now : undefined
  }

  spend(): void {
    this.#left -= 1
    this.#bytesIn = 0
  }

  /** How many of these bytes still come before a fault's limit. */
  admit(bytes: number, limit: number | undefined): number {
    const before = this.#bytesIn
    this.#bytesIn += bytes
    return limit === undefined ? bytes : Math.max(0, Math.min(bytes, limit - before))
  }
}

function isManner<M extends SshManner['manner']>(manner: SshManner | null, name: M): manner is Extract<SshManner, { manner: M }> {
  return manner?.manner === name
}
