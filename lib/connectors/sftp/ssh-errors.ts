import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3
const FAILURE = 4
const OP_UNSUPPORTED = 8

type SftpAnswer = 'missing' | 'denied' | 'failure' | 'unsupported' | 'other'

/** How the server refused a request; undefined when the error is none of its answers. */
export function sftpAnswerOf(error: unknown): SftpAnswer | undefined {
  if (!(error instanceof Error)) return undefined
  if (/does not support this extended request/i.test(error.message)) return 'unsupported'
  const code: unknown = Reflect.get(error, 'code')
  if (code === NO_SUCH_FILE || code === 'ENOENT') return 'missing'
  if (code === PERMISSION_DENIED || code === 'EACCES') return 'denied'
  if (code === FAILURE) return 'failure'
  if (code === OP_UNSUPPORTED) return 'unsupported'
  return typeof code === 'number' ? 'other' : undefined
}

/** A request that the server refused, in words; `what` completes "does not let us …". Errors of ours pass through. */
export function toRequestError(system: string, what: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error
  const because = (code: ErrorCode, publicMessage: string, retryable: boolean, lasting?: LastingReason) =>
    new TidemarkError(code, {
      publicMessage,
      message: `${publicMessage} [${foreignWords(messageOf(error))}]`,
      retryable,
      ...(lasting === undefined ? {} : { lasting }),
    })
  switch (sftpAnswerOf(error)) {
    case 'missing':
      return because('not-found', `${system} could not ${what}: there is no such file or folder.`, false, 'gone')
    case 'denied':
      return because(
        'refused',
        `${system} does not let us ${what}: permission denied. Ask its operators what the account may do.`,
        false,
        'refused',
      )
    case 'unsupported':
      return because('refused', `${system} could not ${what}: it does not know how.`, false)
    case 'failure':
    case 'other':
      return because('unavailable', `${system} could not ${what}: it reports a failure. Its disk or our quota may be full.`, true)
    default:
      return isLineBroken(error)
        ? brokenOff(system, error)
        : because('internal', `Something unexpected went wrong when we wanted to ${what}.`, false)
  }
}

/** A connection that ended in the middle of the work. */
export function brokenOff(system: string, cause?: unknown): TidemarkError {
  return new TidemarkError('unavailable', {
    publicMessage: `${system} broke the connection in the middle of the work.`,
    cause,
    retryable: true,
  })
}

function isLineBroken(error: unknown): boolean {
  return /no response from server|unexpected (end|close) event|no sftp connection|not connected|ECONNRESET|EPIPE/i.test(messageOf(error))
}

/** Why there is no connection, in words; every question to this server would end the same way. */
export function toConnectionError(system: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error
  const because = (code: ErrorCode, publicMessage: string, retryable: boolean) =>
    new TidemarkError(code, { publicMessage, message: `${publicMessage} [${foreignWords(messageOf(error))}]`, retryable, systemWide: true })
  const text = messageOf(error)
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return because('unavailable', `The host of ${system} cannot be found. Check the address of the connection.`, true)
  if (code === 'ECONNREFUSED')
    return because('unavailable', `${system} refuses connections: it is not running, or the address is wrong.`, true)
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EHOSTDOWN')
    return because('unavailable', `There is no way to the host of ${system} from here.`, true)
  if (/authentication methods failed|authentication failure/i.test(text))
    return because('refused', `${system} refused the credentials. Check the user, password or key of the connection.`, false)
  if (/privateKey|passphrase|encrypted .*key/i.test(text))
    return because(
      'invalid',
      `The private key for ${system} cannot be used: it is not a private key, or its passphrase is missing or wrong.`,
      false,
    )
  if (/no matching/i.test(text))
    return because('refused', `${system} and we have no method of encryption in common; it needs a newer SSH server.`, false)
  if (code === 'ETIMEDOUT' || /timed out/i.test(text)) return because('timeout', `${system} did not let us in in time.`, true)
  if (/sftp|subsystem|channel/i.test(text)) return because('refused', `${system} lets us in, but offers no SFTP to this account.`, false)
  return because('unavailable', `${system} broke the connection before we were in.`, true)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
