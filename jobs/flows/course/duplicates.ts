import type { CourseRow } from './course-row.ts'

/** A term in the lake when its load begins: a hint only, the comparison that counts is made under a lock. */
export interface Known {
  /** By id: the content hash, or null for a deleted course. */
  hashes: ReadonlyMap<string, string | null>
  /** By the hash of what was sent: the content hash. */
  sources: ReadonlyMap<string, string>
}

interface Duplicates {
  /** Courses that came again with other content and lost. */
  dropped: number
}

// A row that looks new waits for so many others; one that looks changed, for the whole answer.
const NEW_WAITING_MAX = 1000
const CHANGED_WAITING_MAX = 5000

/** Lets each course of a term pass once. Of several versions the smallest rank stays, whatever their order: a source that shuffles its
 * duplicates does not look changed every night. Unchanged rows pass at once; changed ones wait, because a better version may follow. */
export async function* withoutDuplicates(rows: AsyncIterable<CourseRow>, known: Known, count: Duplicates): AsyncGenerator<CourseRow> {
  const seen = new Map<string, { rank: string; hash: string }>()
  const fresh = new Map<string, CourseRow>()
  const changed = new Map<string, CourseRow>()
  for await (const row of rows) {
    const before = seen.get(row.id)
    if (before?.hash === row.hash) continue
    if (before !== undefined) count.dropped += 1
    if (before !== undefined && before.rank <= row.rank) continue
    seen.set(row.id, { rank: row.rank, hash: row.hash })
    const stored = known.hashes.get(row.id)
    if (stored === row.hash) {
      changed.delete(row.id)
      yield row
    } else if (stored === undefined && (before === undefined || fresh.has(row.id))) {
      fresh.set(row.id, row)
      yield* overflow(fresh, NEW_WAITING_MAX)
    } else {
      changed.set(row.id, row)
      yield* overflow(changed, CHANGED_WAITING_MAX)
    }
  }
  yield* fresh.values()
  yield* changed.values()
}

function* overflow(waiting: Map<string, CourseRow>, most: number): Generator<CourseRow> {
  if (waiting.size <= most) return
  for (const [id, row] of waiting) {
    waiting.delete(id)
    yield row
    return
  }
}
