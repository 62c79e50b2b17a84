import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { hideCredentials } from './secrets/hide-credentials.ts'

/** Whether every other question to the system would end the same way. */
export function isSystemWide(error: unknown): boolean {
  return isTidemarkError(error) && error.systemWide
}

/** What an answer says about the asked thing until somebody changes something; undefined: nothing of the kind. */
export function lastingReasonOf(error: unknown): LastingReason | undefined {
  return isTidemarkError(error) ? error.lasting : undefined
}

/** Words fit for the page: our own public message, or a neutral sentence for surprises. */
export function toPublicMessage(error: unknown): string {
  return isTidemarkError(error) ? error.publicMessage : 'Something unexpected went wrong; the internal log has the details.'
}

/** How something came about, apart from its words: `refused 401`, or `unexpected`. */
export function failureOf(error: unknown): string {
  if (!isTidemarkError(error)) return 'unexpected'
  return error.status === undefined ? error.code : `${error.code} ${error.status}`
}

/** Everything we know, for the internal log: message and chain of causes, without stacks, credentials and values of rows. */
export function toInternalMessage(error: unknown): string {
  if (!(error instanceof Error)) return hideCredentials(String(error))
  const cause = error.cause === undefined ? '' : ` ← ${toInternalMessage(error.cause)}`
  return `${hideCredentials(withoutValues(error))}${cause}`
}

/** Messages of parsers and PostgreSQL quote values, which may be somebody's. */
function withoutValues(error: Error): string {
  if (error instanceof SyntaxError) return error.message.replace(/(?:\.\.\.)?".*"(?:\.\.\.)?/s, '…')
  return 'severity' in error ? error.message.replace(/: "(?:[^"]|"")*"|=\([^)]*\)/g, ': …') : error.message
}

/** The HTTP status a shell answers with. */
export function toHttpStatus(code: ErrorCode): number {
  switch (code) {
    case 'invalid':
      return 400
    case 'not-found':
      return 404
    case 'conflict':
    case 'fenced':
      return 409
    case 'unauthorized':
      return 401
    case 'too-many':
      return 429
    case 'forbidden':
      return 403
    case 'refused':
      return 422
    case 'cancelled':
      return 499
    case 'unavailable':
      return 503
    case 'timeout':
      return 504
    case 'internal':
      return 500
    default:
      return assertNever(code)
  }
}

function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}
