import type { Span } from '#lib/domain/freshness/span.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import type { Restatement } from './restate-spans.ts'

/**
 * The first instant from which those that follow an asset see something else in it than before: another status, or other work. null: nothing, since the reason
 * of any other status is not theirs.
 */
export function turnedFrom({ before, after }: Pick<Restatement, 'before' | 'after'>): Instant | null {
  const [was, is] = [turnsOf(before), turnsOf(after)]
  let index = 0
  while (was[index] !== undefined && was[index]?.at === is[index]?.at && was[index]?.seen === is[index]?.seen) index += 1
  const first = Math.min(was[index]?.at ?? END_OF_TIME, is[index]?.at ?? END_OF_TIME)
  return first === END_OF_TIME ? null : first
}

/** What is seen from when on, neighbours different. */
function turnsOf(spans: readonly Span[]): { at: Instant; seen: string | null }[] {
  const turns: { at: Instant; seen: string | null }[] = []
  const add = (at: Instant, seen: string | null) => {
    if (turns.at(-1)?.seen !== seen) turns.push({ at, seen })
  }
  let end: Instant | null = null
  for (const { from, to, status, reason } of spans) {
    if (end !== null && end < from) add(end, null)
    add(from, status === 'maintenance' ? `${status} ${reason}` : status)
    end = to
  }
  if (end !== null && end < END_OF_TIME) add(end, null)
  return turns
}
