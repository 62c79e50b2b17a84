/** What the departments' servers can do wrong. */
interface DepartmentFault {
  kind:
    | ('down' | 'server-error' | 'unauthorized' | 'too-many-requests' | 'html-page' | 'error-in-200' | 'redirect-elsewhere' | 'slow')
    | ('cut-body' | 'empty-answer')
    /** From the second page on. */
    | ('page-repeated' | 'later-page-fails' | 'next-elsewhere' | 'total-grows')
    | 'wrong-total'
    /** No HEAD; or a Last-Modified of now on every answer. */
    | ('no-head' | 'always-now')
    /** The drop box: keeps half, keeps nothing, takes nothing more, or breaks off in the middle. */
    | ('keeps-half' | 'keeps-nothing' | 'full' | 'breaks-off')
  retryAfter?: string
  waitMs?: number
}

export class DepartmentFaults {
  #now: DepartmentFault | null = null
  #left = Number.POSITIVE_INFINITY

  /** Behaves like this for so many requests; null: well. */
  set(fault: DepartmentFault | null, times: number = Number.POSITIVE_INFINITY): void {
    this.#now = fault
    this.#left = times
  }

  /** The present fault if it is one of these; counts it. */
  take(...names: DepartmentFault['kind'][]): DepartmentFault | undefined {
    if (this.#now === null || this.#left <= 0 || !names.includes(this.#now.kind)) return undefined
    this.#left -= 1
    return this.#now
  }
}
