import { type Status, severity } from '#lib/domain/freshness/status.ts'

/** Things by their status, the worst first, what has none last; of equals the order they came in. */
export function worstFirst<T extends { status: Status | null }>(things: readonly T[]): T[] {
  return things.toSorted((a, b) => severity(a.status) - severity(b.status))
}
