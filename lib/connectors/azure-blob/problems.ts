import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toNetworkError, toStatusError } from '#lib/platform/http/errors.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

const OF_CREDENTIALS =
  /^(AuthenticationFailed|InvalidAuthenticationInfo|NoAuthenticationInformation|KeyBasedAuthenticationNotPermitted|AccountIsDisabled)$/
const DENIED =
  /^(Authorization\w+|InsufficientAccountPermissions|PublicAccessNotPermitted|UnauthorizedBlobOverwrite|CannotVerifyCopySource)$/
const MISSING = /^(ContainerNotFound|BlobNotFound|ResourceNotFound|QueueNotFound|ContainerBeingDeleted|MessageNotFound|PopReceiptMismatch)$/
const OF_CLOCK = /request date header too (old|new)|not yet valid|signature not valid in the specified time frame/i

type Problem = [kind: ErrorCode, publicMessage: string, more?: { systemWide?: boolean; lasting?: LastingReason }]

/** What went wrong, in our words; `what` completes "does not let us …". Errors of ours pass through. */
export function toAzureError(system: string, what: string, error: unknown): TidemarkError {
  const own = error instanceof Error && error.cause instanceof TidemarkError ? error.cause : error
  if (own instanceof TidemarkError) return own
  const { code, status, message, retryAfter } = read(error)
  const because = (...[kind, publicMessage, more = {}]: Problem) =>
    new TidemarkError(kind, {
      publicMessage,
      message: `${publicMessage} [${code}${status === undefined ? '' : `, HTTP ${status}`}] ${foreignWords(message)}`.trim(),
      ...(status !== undefined && { status }),
      ...more,
    })
  const known = knownProblem(system, what, { code, status, message })
  if (known !== null) return because(...known)
  if (status === undefined) return withoutAnswer(system, error, code)
  if (status >= 200 && status < 300) return refusedAnswer(system, 'it is not what was asked for')
  return toStatusError(system, status, {
    explanation: status === 503 ? `${system} asks for patience: it is busy.` : undefined,
    body: foreignWords(`${code} ${message}`),
    retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  })
}

/** What its code tells; null: nothing of the kind. */
function knownProblem(system: string, what: string, { code, status, message }: Pick<Read, 'code' | 'status' | 'message'>): Problem | null {
  if (OF_CREDENTIALS.test(code) && OF_CLOCK.test(message))
    return [
      'refused',
      `${system} says that our clock is wrong, or the time of the shared access signature over. Look at both.`,
      {
        systemWide: true,
      },
    ]
  if (OF_CREDENTIALS.test(code) || status === 401)
    return [
      'refused',
      `${system} refused the credentials. Check the key, signature or client of the connection.`,
      {
        systemWide: true,
      },
    ]
  if (DENIED.test(code))
    return [
      'refused',
      `${system} does not let us ${what}: access denied. Ask its owner what the account may do, and from which networks.`,
      { lasting: 'refused' },
    ]
  if (MISSING.test(code) || status === 404) return ['not-found', `${system} could not ${what}: it is not there.`, { lasting: 'gone' }]
  if (code === 'BlobArchived')
    return ['refused', `${system} could not ${what}: it is archived, and has to be brought back first.`, { lasting: 'refused' }]
  return null
}

function withoutAnswer(system: string, error: unknown, code: string): TidemarkError {
  // What its client cannot read it does not call an answer.
  if (code === 'PARSE_ERROR' || error instanceof TypeError || error instanceof SyntaxError)
    return refusedAnswer(system, 'it is not what the protocol says')
  return toNetworkError(system, error, false)
}

interface Read {
  code: string
  status: number | undefined
  message: string
  retryAfter: number
}

function read(error: unknown): Read {
  const at = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined)
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const status = at(error, 'statusCode')
  const details = at(error, 'details')
  const headers = at(at(error, 'response'), 'headers')
  const get = at(headers, 'get')
  return {
    code: text(at(details, 'errorCode')) || text(at(error, 'code')) || text(at(error, 'name')),
    status: typeof status === 'number' ? status : undefined,
    message: `${text(at(error, 'message'))} ${text(at(details, 'authenticationErrorDetail'))}`.trim(),
    retryAfter: typeof get === 'function' ? Number(get.call(headers, 'retry-after')) : 0,
  }
}
