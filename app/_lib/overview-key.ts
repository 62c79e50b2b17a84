import { type Actor, visitor } from '#lib/domain/access/actor.ts'

/** Where the overview is rendered; only this process itself may ask. */
export const OVERVIEW_PATH = '/overview'

/** The header that says for whom. */
export const READER_HEADER = 'x-tidemark-reader'

/** Whom the overview looks the same to: nobody known, an audience, those who see everything, the admins among these. */
export type OverviewKey = 'public' | `of:${string}` | 'all'

/** The key of the overview that somebody is shown. */
export function overviewKey({ audience }: Actor): OverviewKey {
  return audience === null ? 'all' : `of:${audience}`
}

/** Somebody who is shown the overview of this key. */
export function readerOf(key: OverviewKey): Actor {
  return visitor(key.startsWith('of:') ? key.slice('of:'.length) : null)
}

/** The key in a header; null for anything else. */
export function readOverviewKey(text: string | null): OverviewKey | null {
  const key = decodeURIComponent(text ?? '')
  return key === 'public' || key === 'all' || isNamed(key) ? key : null
}

function isNamed(key: string): key is `of:${string}` {
  return key.startsWith('of:')
}
