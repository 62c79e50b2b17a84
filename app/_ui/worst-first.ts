import { type Status, severity } from '#lib/domain/freshness/status.ts'

/** Things by their status, the worst first, what has none last; of equals the order they came in. */
export function worstFirst<T extends { status: Status | null }>(things: readonly T[]): T[] {
  const rank = ({ status }: T) => (status === null ? Number.POSITIVE_INFINITY : severity(status))
  return things.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}
