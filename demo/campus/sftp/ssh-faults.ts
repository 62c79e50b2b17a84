/** The SSH server's faults; bytes count from when it was set. */
type SshFault =
  | { kind: 'dies'; afterBytes: number; times?: number }
  /** Breaks at the rename: before it is done, or after, before its answer. */
  | { kind: 'dies-at-rename'; done: boolean; times?: number }
  /** After so many bytes no more answers, but the connection stays. */
  | { kind: 'falls-silent'; afterBytes: number }
  | { kind: 'no-posix-rename' }
  /** Announced, but refused when used. */
  | { kind: 'posix-rename-refused' }
  | { kind: 'disk-full'; afterBytes: number }
  | { kind: 'read-only' }
  /** Reports success and drops what comes after so many bytes. */
  | { kind: 'truncates'; afterBytes: number }
  | { kind: 'garbles' }
  | { kind: 'slow'; waitMs: number }
  /** The receiver moves every file here as soon as it has its final name. */
  | { kind: 'picks-up'; into: string }
  | { kind: 'no-listing' }
  | { kind: 'no-logins' }
  | { kind: 'down' }

export class SshFaults {
  #now: SshFault | null = null
  #bytesIn = 0
  #left = Number.POSITIVE_INFINITY

  set(fault: SshFault | null): void {
    this.#now = fault
    this.#bytesIn = 0
    this.#left = fault !== null && 'times' in fault && fault.times !== undefined ? fault.times : Number.POSITIVE_INFINITY
  }

  is<M extends SshFault['kind']>(name: M): Extract<SshFault, { kind: M }> | undefined {
    return this.#left > 0 && isFault(this.#now, name) ? this.#now : undefined
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

function isFault<M extends SshFault['kind']>(fault: SshFault | null, name: M): fault is Extract<SshFault, { kind: M }> {
  return fault?.kind === name
}
