import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toNetworkError, toStatusError } from '#lib/platform/http/errors.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

/** What an AWS client throws, as far as it can be relied on. */
interface Thrown {
  /** The service's own code of the error, or the client's. */
  name: string
  message: string
  /** Of trouble on the wire. */
  code: string
  status: number | undefined
  header(name: string): string | undefined
}

const OF_CREDENTIALS =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|TokenRefreshRequired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|InvalidSecurity|InvalidKeyId)(Exception)?$/
const OF_CLOCK = /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/
const OF_REGION = /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|IncorrectEndpoint|301)$/
const DENIED = /^(AccessDenied|AccessDeniedException|KMS\.\w+|KmsAccessDenied|AllAccessDisabled|Forbidden|403)$/
const MISSING = /^(NoSuch\w+|NotFound|ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|404)$/
const THROTTLED =
  /^(SlowDown|Throttling\w*|TooManyRequests\w*|RequestLimitExceeded|ProvisionedThroughputExceededException|OverLimit|RequestThrottled)$/

/** What went wrong, in our words; `what` completes "does not let us …". Errors of ours pass through. */
export function toAwsError(system: string, what: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error
  const thrown = read(error)
  const { name, status } = thrown
  const because = (
    code: ErrorCode,
    publicMessage: string,
    more: { retryable?: boolean; systemWide?: boolean; lasting?: LastingReason } = {},
  ) =>
    new TidemarkError(code, {
      publicMessage,
      message: `${publicMessage} [${name}${status === undefined ? '' : `, HTTP ${status}`}] ${foreignWords(thrown.message)}`.trim(),
      ...(status !== undefined && { status }),
      ...more,
    })
  if (/^CredentialsProviderError|^TokenProviderError/.test(name))
    return because(
      'refused',
      `There is nothing to sign in to ${system} with. Write accessKeyId and secretAccessKey, a profile, or run the worker where it has a role.`,
      { systemWide: true },
    )
  if (OF_CLOCK.test(name) || /signature expired|signature not yet current/i.test(thrown.message))
    return because(
      'refused',
      `${system} says that the clock of this machine is wrong by minutes. Set it; the answers wait for nothing else.`,
      { systemWide: true },
    )
  if (OF_CREDENTIALS.test(name))
    return because('refused', `${system} refused the credentials. Check the key of the connection, and whether it has ended.`, {
      systemWide: true,
    })
  if (OF_REGION.test(name)) return because('invalid', `${system} could not ${what}: ${regionWords(thrown)}`, { lasting: 'refused' })
  if (DENIED.test(name))
    return because(
      'refused',
      `${system} does not let us ${what}: access denied. Ask its owner what the account may do; without the right to list, what is missing looks the same.`,
      { lasting: 'refused' },
    )
  if (name === 'InvalidObjectState')
    return because('refused', `${system} could not ${what}: it is archived, and has to be brought back first.`, { lasting: 'refused' })
  if (MISSING.test(name)) return because('not-found', `${system} could not ${what}: it is not there.`, { lasting: 'gone' })
  if (THROTTLED.test(name))
    return because('unavailable', `${system} asks for patience: too many requests.`, { retryable: true, systemWide: true })
  return status === undefined ? withoutAnswer(system, error, thrown) : byStatus(system, thrown, status)
}

function regionWords({ header, message }: Thrown): string {
  const region = header('x-amz-bucket-region') ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
  return region === undefined
    ? 'it lies in another region. Correct the region of the connection.'
    : `it lies in the region ${region}. Write region: ${region}.`
}

function byStatus(system: string, thrown: Thrown, status: number): TidemarkError {
  if (status >= 200 && status < 300) return refusedAnswer(system, 'it is not what was asked for')
  const retryAfter = Number(thrown.header('retry-after'))
  return toStatusError(system, status, {
    explanation: status === 307 ? `${system} is moving what was asked for; it will be there in a while.` : undefined,
    body: foreignWords(`${thrown.name} ${thrown.message}`),
    retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  })
}

function withoutAnswer(system: string, error: unknown, { name, message, code }: Thrown): TidemarkError {
  // The client calls every end of a connection a timeout.
  if (name === 'TimeoutError' && code !== '') return toNetworkError(system, Object.assign(new Error(message), { code }), false)
  if (name === 'TimeoutError' || /timed? ?out/i.test(message))
    return new TidemarkError('timeout', { publicMessage: `${system} did not answer in time.`, cause: error, retryable: true })
  if (name === 'SyntaxError' || /deserializ|parse|unexpected token|entity/i.test(message))
    return refusedAnswer(system, 'it is not what the protocol says')
  return toNetworkError(system, error, false)
}

function read(error: unknown): Thrown {
  const at = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined)
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const status = at(at(error, '$metadata'), 'httpStatusCode') ?? at(at(error, '$response'), 'statusCode')
  const headers = at(at(error, '$response'), 'headers')
  return {
    name: text(at(error, 'name')) || text(at(error, 'Code')),
    message: text(at(error, 'message')),
    code: text(at(error, 'code')),
    status: typeof status === 'number' ? status : undefined,
    header: (name) => text(at(headers, name)) || undefined,
  }
}
