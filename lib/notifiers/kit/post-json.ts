import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { SendContext, SendOutcome } from '#lib/notifiers/notifier.ts'
import { httpRequest } from '#lib/platform/http/client.ts'

/** As much as a message may take: a receiver that is silent for longer gets it again. */
const LIMITS = {
  connectMs: 10 * SECOND_MS,
  headersMs: 20 * SECOND_MS,
  idleMs: 20 * SECOND_MS,
  totalMs: 20 * SECOND_MS,
  bodyBytes: 64 * 1024,
}

export interface Post {
  /** As it is called in problems: its address may be a secret. */
  receiver: string
  url: string
  body: unknown
  /** What an answer means, by its status and text; undefined: what its status means everywhere. */
  outcomeOf(status: number, text: string): SendOutcome | undefined
}

/** Posts JSON and tells what became of it: 2xx was taken unless its text says otherwise, 410 ends everything, and what is wrong with the message itself is not tried again. */
export async function postJson(post: Post, { clock, signal }: SendContext): Promise<SendOutcome> {
  const { receiver: system, url, body } = post
  let refused: SendOutcome | undefined
  const explain = (status: number, text: string) => {
    refused = post.outcomeOf(status, text) ?? refusalOf(system, status)
    return undefined
  }
  try {
    const headers = { 'content-type': 'application/json' }
    const request = { system, url, method: 'POST' as const, headers, body: JSON.stringify(body), limits: LIMITS, signal, clock, explain }
    const answer = await httpRequest(request)
    return post.outcomeOf(answer.status, await answer.text()) ?? { ok: true }
  } catch (error) {
    const { publicMessage, retryAfterMs } =
      error instanceof TidemarkError ? error : { publicMessage: `${system} did not answer in time.`, retryAfterMs: undefined }
    if (refused !== undefined && !refused.ok && refused.kind !== 'retry') return refused
    const problem = refused !== undefined && !refused.ok ? refused.problem : publicMessage
    return { ok: false, kind: 'retry', problem, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  }
}

/** The message itself is wrong: another try gets the same answer. */
const LASTING: readonly number[] = [400, 405, 413, 415, 422]

function refusalOf(receiver: string, status: number): SendOutcome {
  if (status === 410) return { ok: false, kind: 'gone', problem: `${receiver} answered 410: it wants no messages any more.` }
  const isRedirect = status >= 300 && status < 400
  const problem = `${receiver} answered ${status}${isRedirect ? ', a redirect, which is never followed. Name the final address' : ''}.`
  return { ok: false, kind: isRedirect || LASTING.includes(status) ? 'rejected' : 'retry', problem }
}
