import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** A text that cannot be rows. */
export function unusable(what: string, because: string, cause?: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${what} cannot be used: ${because}.`, cause })
}

/** A text that ends too early: worth asking for again. */
export function cutOff(what: string, cause?: unknown): TidemarkError {
  return new TidemarkError('unavailable', { publicMessage: `${what} was cut off in the middle.`, cause, retryable: true })
}
