/** What the departments' servers can do wrong. */
export interface DepartmentManner {
  manner:
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
  #now: DepartmentManner | null = null
  #left = Number.POSITIVE_INFINITY

  /** Behaves like this for so many requests; null: well. */
  set(manner: DepartmentManner | null, times: number = Number.POSITIVE_INFINITY): void {
    this.#now = manner
    this.#left = times
  }

  /** The present manner if it is one of these; counts it. */
  take(...names: DepartmentManner['manner'][]): DepartmentManner | undefined {
    if (this.#now === null || this.#left <= 0 || !names.includes(this.#now.manner)) return undefined
    this.#left -= 1
    return this.#now
  }
}
