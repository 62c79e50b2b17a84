import TinyQueue from 'tinyqueue'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A member of a roll-up and since when it has had a status. */
export interface Entry {
  since: Instant
  member: number
}

/** A heap that gives the entry that has lasted longest; entries that no longer hold are dropped when they surface. */
export class LazyHeap {
  readonly #heap = new TinyQueue<Entry>([], (a, b) => a.since - b.since || a.member - b.member)

  add(entry: Entry): void {
    this.#heap.push(entry)
  }

  /** The longest-lasting entry that still holds. */
  first(holds: (entry: Entry) => boolean): Entry | undefined {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (holds(top)) return top
      this.#heap.pop()
    }
    return undefined
  }
}
