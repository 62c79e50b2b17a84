import type { Instant } from '#lib/domain/time/instant.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'

/** What moved lately, for pages that were not listening then. */
export interface MovedMemory {
  note(at: Instant, topics: readonly Topic[]): void
  /** What moved since an instant; everything, as `*`, when that is longer ago than what is remembered. */
  since(at: Instant): Topic[]
}

const MOVEMENTS_MAX = 500
/** A page says when it was made, which is a little later than when it was read. */
const READING_MS = 1000

/** Remembers movements from an instant on. */
export function movedMemory(from: Instant): MovedMemory {
  const movements: { at: Instant; topics: readonly Topic[] }[] = []
  let rememberedFrom = from
  return {
    note(at, topics) {
      movements.push({ at, topics })
      if (movements.length > MOVEMENTS_MAX) rememberedFrom = movements.shift()?.at ?? rememberedFrom
    },
    since(at) {
      if (at - READING_MS < rememberedFrom) return ['*']
      const missed = movements.filter((movement) => movement.at >= at - READING_MS)
      return [...new Set(missed.flatMap((movement) => movement.topics))]
    },
  }
}
