import type { Instant } from '#lib/domain/time/instant.ts'

/** A member of a roll-up and since when it has had a status. */
export interface Entry {
  since: Instant
  member: number
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.since === b.since ? a.member < b.member : a.since < b.since
}

/** A heap that gives the entry that has lasted longest; entries that no longer hold are dropped when they surface. */
export class Oldest {
  #heap: Entry[] = []

  add(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapUnlessOrdered(parent, index)) return
      index = parent
    }
  }

  /** The longest-lasting entry that still holds. */
  first(holds: (entry: Entry) => boolean): Entry | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (holds(top)) return top
      this.#dropFirst()
    }
    return undefined
  }

  #dropFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let index = 0; ; ) {
      const left = 2 * index + 1
      const smaller = this.#isOrdered(left, left + 1) ? left : left + 1
      if (smaller >= this.#heap.length || !this.#swapUnlessOrdered(index, smaller)) return
      index = smaller
    }
  }

  /** True when the entry at `a` may stand above the one at `b`, or there is none at `b`. */
  #isOrdered(a: number, b: number): boolean {
    const first = this.#heap[a]
    const second = this.#heap[b]
    return second === undefined || (first !== undefined && !isBefore(second, first))
  }

  #swapUnlessOrdered(above: number, below: number): boolean {
    const first = this.#heap[above]
    const second = this.#heap[below]
    if (first === undefined || second === undefined || !isBefore(second, first)) return false
    this.#heap[above] = second
    this.#heap[below] = first
    return true
  }
}
