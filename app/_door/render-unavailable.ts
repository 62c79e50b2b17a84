import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { type RenderedPage, renderOwnPage } from '#app/_lib/own-page.ts'
import { UNAVAILABLE_PATH } from './answer-kind.ts'

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
  const page = await renderOwnPage(UNAVAILABLE_PATH, { [TROUBLE_HEADER]: encodeURIComponent(JSON.stringify(told)) })
  return page ?? { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: words }
}
