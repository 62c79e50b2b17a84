import type { Instant } from './instant.ts'

/** How many of the ascending instants are at or before `at`. */
export function countUpTo(sorted: readonly Instant[], at: Instant): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** Ascending, each instant once. */
export function sortedInstants(instants: Iterable<Instant>): Instant[] {
  return [...instants].sort((a, b) => a - b).filter((at, place, sorted) => at !== sorted[place - 1])
}
