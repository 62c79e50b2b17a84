import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isRetryable } from '#lib/engine/run/retry.ts'
import { isDiskFull } from '#lib/platform/postgres/server-trouble.ts'

const RETRYABLE_STATES = /^(08|40001|40P01|55P03|57P0[123]|53300)/

/** The connection broke, as opposed to a transaction that the server rolled back. */
const LINE_STATES = /^(08|57P0)/

const LOST_CONNECTION =
  /connection terminated|connection ended|client has encountered a connection error|timeout exceeded when trying to connect|not queryable/i

/** Errors of the lake's connection as ours, marked for a retry; everything else passes through untouched. */
export function toLakeError(error: unknown): unknown {
  if (isTidemarkError(error) || !(error instanceof Error)) return error
  const state = sqlState(error)
  if (isDiskFull(error)) return toFullError(error)
  if (isLakeGone(state, error)) return toGoneError(state, error)
  const lost = LOST_CONNECTION.test(error.message) || isRetryable(error)
  if (!lost && !RETRYABLE_STATES.test(state)) return error
  return new TidemarkError('unavailable', {
    // A connection that breaks during COMMIT does not tell whether it was committed.
    publicMessage: `The lake could not be reached or was busy; ${lost || LINE_STATES.test(state) ? 'the next try looks first what it has kept' : 'nothing was changed'}.`,
    message: `lake: ${state} ${error.message}`,
    cause: error,
    retryable: true,
  })
}

/** Its database, or the account that loads it: of the account only a server that asks for no password says so. */
function isLakeGone(state: string, { message }: Error): boolean {
  return state === '3D000' || (state === '28000' && /\b(role|user) .* does not exist/i.test(message))
}

function toGoneError(state: string, cause: Error): TidemarkError {
  const what = state === '3D000' ? 'The database of the lake is gone' : 'The server of the lake does not know the account any more'
  return new TidemarkError('unavailable', {
    publicMessage: `${what}; nothing was loaded. "tidemark lake prepare" makes it anew, or correct LAKE_DATABASE_URL.`,
    message: `lake: ${state} ${cause.message}`,
    cause,
    systemWide: true,
  })
}

function toFullError(cause: Error): TidemarkError {
  return new TidemarkError('unavailable', {
    publicMessage: 'The disk of the lake is full; nothing was changed. Free some space, then run it again.',
    message: `lake: ${sqlState(cause)} ${cause.message}`,
    cause,
    retryable: true,
  })
}

export function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** An error of Tidemark's own database as ours, marked for a retry where it could not be reached or let nobody in. */
export function toLedgerError(error: unknown): unknown {
  if (isTidemarkError(error) || !(error instanceof Error)) return error
  const lost = LOST_CONNECTION.test(error.message) || isRetryable(error) || RETRYABLE_STATES.test(sqlState(error))
  if (!lost && !isDiskFull(error)) return error
  const publicMessage = "Tidemark's own database could not be reached."
  return new TidemarkError('unavailable', { publicMessage, message: `ledger: ${error.message}`, cause: error, retryable: true })
}
