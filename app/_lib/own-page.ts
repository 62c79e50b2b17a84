import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { ownAddress, ownHeaders } from './own-call.ts'

const RENDER_MS = 3 * SECOND_MS
const TAKEN_OVER = [
  'content-type',
  'content-security-policy',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
]

/** A whole page, rendered. */
export interface RenderedPage {
  headers: Record<string, string>
  body: string
}

/** A page of this very process, in the look of all others, to be sent in place of another answer; null when it cannot be made. */
export async function renderOwnPage(path: string, told: Record<string, string>): Promise<RenderedPage | null> {
  try {
    const answer = await fetch(`${ownAddress()}${path}`, { headers: { ...ownHeaders(), ...told }, signal: AbortSignal.timeout(RENDER_MS) })
    if (!answer.ok) return null
    const kept = TAKEN_OVER.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? ''] as const] : []))
    return { headers: Object.fromEntries(kept), body: await answer.text() }
  } catch {
    return null
  }
}
