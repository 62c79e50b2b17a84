import type { LastingReason } from './freshness/facts.ts'

/** How an error came about; decides retries and HTTP codes, never wording. */
export type ErrorCode =
  | 'invalid'
  | 'not-found'
  | 'forbidden'
  | 'unauthorized'
  | 'too-many'
  | 'conflict'
  | 'refused'
  | 'unavailable'
  | 'timeout'
  | 'cancelled'
  | 'fenced'
  | 'internal'

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
  /** What is wrong with the token of a program, as it is told over HTTP (RFC 6750). */
  challenge?: TokenChallenge
  /** The feed that it is about, for a link. */
  feedKey?: string
}

/** What can be wrong with a token: nobody knows it any more, or it is not for this. */
export type TokenChallenge = 'invalid_token' | 'insufficient_scope'

/** What the errors of all copies of this module bear: the bundles of one process have one each, and hand errors to one another. */
const OURS = Symbol.for('tidemark.error')

/** The only error Tidemark throws on purpose: one message for people, one for us. `instanceof` knows it whichever bundle made it. */
export class TidemarkError extends Error {
  static override [Symbol.hasInstance](error: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits it, and is another class then
    if (this !== TidemarkError) return Function.prototype[Symbol.hasInstance].call(this, error)
    return typeof error === 'object' && error !== null && OURS in error
  }

  override readonly name = 'TidemarkError'
  readonly code: ErrorCode
  readonly publicMessage: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly systemWide: boolean
  readonly status: number | undefined
  readonly lasting: LastingReason | undefined
  readonly runId: string | undefined
  readonly challenge: TokenChallenge | undefined
  readonly feedKey: string | undefined

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
    this.challenge = options.challenge
    this.feedKey = options.feedKey
  }

  get [OURS](): true {
    return true
  }
}

/** True for our own errors; everything else is a surprise. */
export function isTidemarkError(error: unknown): error is TidemarkError {
  return error instanceof TidemarkError
}
