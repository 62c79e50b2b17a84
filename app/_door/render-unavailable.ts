import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { ownAddress, ownHeaders } from '#app/_lib/own-call.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { RenderedPage } from './answer-in-trouble.ts'
import { UNAVAILABLE_PATH } from './answer-kind.ts'

const RENDER_MS = 3 * SECOND_MS
const TAKEN_OVER = [
  'content-type',
  'content-security-policy',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
]

/** The header that tells the page what is wrong: a trouble of the database, null for any other fault, or `missing`. */
export const TROUBLE_HEADER = 'x-tidemark-trouble'

/** The page that says what is wrong, in the look of all others; in bare words when not even that can be made. */
export function renderUnavailable(trouble: DatabaseTrouble | undefined): Promise<RenderedPage> {
  return renderOwn(trouble ?? null, `This page cannot be shown right now. ${trouble?.problem ?? 'The internal log has the details.'}\n`)
}

/** The page that says there is nothing at an address, likewise. */
export function renderMissing(): Promise<RenderedPage> {
  return renderOwn('missing', 'There is nothing at this address.\n')
}

async function renderOwn(told: DatabaseTrouble | null | 'missing', words: string): Promise<RenderedPage> {
  try {
    const headers = { ...ownHeaders(), [TROUBLE_HEADER]: encodeURIComponent(JSON.stringify(told)) }
    const answer = await fetch(`${ownAddress()}${UNAVAILABLE_PATH}`, { headers, signal: AbortSignal.timeout(RENDER_MS) })
    if (!answer.ok) throw new Error(`answered ${answer.status}`)
    const kept = TAKEN_OVER.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? ''] as const] : []))
    return { headers: Object.fromEntries(kept), body: await answer.text() }
  } catch {
    return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: words }
  }
}
