import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A timestamptz as pg returns it, as an instant. */
export function toInstant(value: Date): Instant {
  return value.getTime()
}

export function toInstantOrNull(value: Date | null): Instant | null {
  return value === null ? null : value.getTime()
}

/** An instant as text for a timestamptz parameter or a JSON row set. */
export function toText(instant: Instant): string {
  return new Date(instant).toISOString()
}

export function toTextOrNull(instant: Instant | null): string | null {
  return instant === null ? null : toText(instant)
}

/** The first row; throws `not-found` when there is none. */
export function requireRow<T>(rows: readonly T[], what: string): T {
  const row = rows[0]
  if (row === undefined) throw new TidemarkError('not-found', { publicMessage: `There is no ${what}.` })
  return row
}
