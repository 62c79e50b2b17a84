import { assertNever } from '#lib/domain/assert-never.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { hideCredentials } from './secrets/hide-credentials.ts'

/** How an error came about; decides retries and HTTP codes, never wording. */
export type ErrorCode = 'invalid' | 'not-found' | 'conflict' | 'refused' | 'unavailable' | 'timeout' | 'cancelled' | 'fenced' | 'internal'

interface ErrorOptions {
  /** For people: what happened and what to do; never a secret, a person's id or an address with a password. */
  publicMessage: string
  /** For engineers: goes to the internal log only. Defaults to the public message. */
  message?: string
  cause?: unknown
  /** Worth trying again without anybody changing anything. */
  retryable?: boolean
  /** What the other side asked for in Retry-After. */
  retryAfterMs?: number
  /** Not about what was asked: every question to that system would meet it. */
  systemWide?: boolean
  /** The HTTP status of the answer; absent: nobody answered, or not over HTTP. */
  status?: number
  /** The answer is about what was asked, and stays the same until somebody changes something. */
  lasting?: LastingReason
  /** The run that it is about, for a link. */
  runId?: string
}

/** The only error Tidemark throws on purpose: one message for people, one for us. */
export class TidemarkError extends Error {
  override readonly name = 'TidemarkError'
  readonly code: ErrorCode
  readonly publicMessage: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly systemWide: boolean
  readonly status: number | undefined
  readonly lasting: LastingReason | undefined
  readonly runId: string | undefined

  constructor(code: ErrorCode, options: ErrorOptions) {
    super(options.message ?? options.publicMessage, { cause: options.cause })
    this.code = code
    this.publicMessage = options.publicMessage
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
    this.systemWide = options.systemWide ?? false
    this.status = options.status
    this.lasting = options.lasting
    this.runId = options.runId
  }
}

/** True for our own errors; everything else is a surprise. */
export function isTidemarkError(error: unknown): error is TidemarkError {
  return error instanceof TidemarkError
}

/** True when the system let nobody in, so that asking it something else would end the same way. */
export function isSystemWide(error: unknown): boolean {
  return isTidemarkError(error) && error.systemWide
}

/** What an answer says about what was asked, and will say until somebody changes something; undefined: nothing of the kind. */
export function lastingReasonOf(error: unknown): LastingReason | undefined {
  return isTidemarkError(error) ? error.lasting : undefined
}

/** Words fit for the page: our own public message, or a neutral sentence for surprises. */
export function toPublicMessage(error: unknown): string {
  return isTidemarkError(error) ? error.publicMessage : 'Something unexpected went wrong; the internal log has the details.'
}

/** Everything we know, for the internal log: message and chain of causes, without stacks, credentials and values of rows. */
export function toInternalMessage(error: unknown): string {
  if (!(error instanceof Error)) return hideCredentials(String(error))
  const cause = error.cause === undefined ? '' : ` ← ${toInternalMessage(error.cause)}`
  return `${hideCredentials(withoutValues(error))}${cause}`
}

/** What parsers and PostgreSQL say of a value quotes it, and it may be somebody's. */
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
