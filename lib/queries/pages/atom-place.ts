import type { Page } from '#lib/db/settings.ts'

/** Where a page is met: its host, by which what it tells is named, and the beginning of its links. */
export interface Place {
  host: string
  base: string
}

export function placeOf(page: Page): Place {
  const base = page.url.replace(/\/+$/, '')
  return { base, host: URL.canParse(base) ? new URL(base).hostname : 'localhost' }
}

/** Tag URIs (RFC 4151): they stay the same however often and from wherever the document is fetched. */
export function tag(place: Place, specific: string): string {
  return `tag:${place.host},2026:${specific}`
}

export function feedLink(place: Place, key: string): string {
  return `${place.base}/feeds/${encodeURIComponent(key)}`
}
