import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import type { Connection, Health } from './connector.ts'

/** Checks a connection by `enter`, which answers in words for the page; further detail of a failure goes to the log. */
export async function checked(
  { log }: Pick<Connection<unknown>, 'log'>,
  enter: () => Promise<string | (Pick<Health, 'detail'> & Partial<Health>)>,
): Promise<Health> {
  try {
    const entered = await enter()
    return { ok: true, credentialExpiresAt: null, ...(typeof entered === 'string' ? { detail: entered } : entered) }
  } catch (error) {
    log.warn('a check did not get in', { error: toInternalMessage(error) })
    return { ok: false, detail: toPublicMessage(error), credentialExpiresAt: null }
  }
}
