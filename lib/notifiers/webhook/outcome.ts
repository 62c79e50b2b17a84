import type { SendOutcome } from '#lib/notifiers/notifier.ts'

/** Answers that say the message itself, or the address, is wrong: the same again will get the same answer. */
const LASTING: readonly number[] = [400, 405, 413, 415, 422]

/** What a receiver's status code means for us. Only 2xx is delivered; 410 ends everything; a redirect is never followed. */
export function toWebhookOutcome(status: number, retryAfterMs: number | undefined): SendOutcome {
  if (status >= 200 && status < 300) return { ok: true }
  if (status === 410) return { ok: false, kind: 'gone', problem: 'The receiver answered 410: it wants no messages any more.' }
  if (status >= 300 && status < 400) {
    return {
      ok: false,
      kind: 'rejected',
      problem: `The receiver answered ${status}, a redirect, which is never followed. Name the final address.`,
    }
  }
  const problem = `The receiver answered ${status}.`
  if (LASTING.includes(status)) return { ok: false, kind: 'rejected', problem }
  return { ok: false, kind: 'retry', problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
