import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import type { Connection, Health } from './connector.ts'

/** What a check says that did not get in; everything else that is known of it goes to the log. */
export function failedCheck({ log }: Pick<Connection<unknown>, 'log'>, error: unknown): Health {
  log.warn('a check did not get in', { error: toInternalMessage(error) })
  return { ok: false, detail: toPublicMessage(error), credentialExpiresAt: null }
}
