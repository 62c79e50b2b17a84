/** Every address of the page is made here. */
export const overviewPath = '/'

export function groupPath(key: string): string {
  return `/groups/${encodeURIComponent(key)}`
}

export function feedPath(key: string): string {
  return `/feeds/${encodeURIComponent(key)}`
}

/** Asset keys hold slashes, which stay readable unless a part would be swallowed on the way (empty, `.` or `..`). */
export function assetPath(key: string): string {
  const parts = key.split('/')
  const fragile = parts.some((part) => part === '' || part === '.' || part === '..')
  return `/assets/${fragile ? encodeURIComponent(key) : parts.map(encodeURIComponent).join('/')}`
}

/** The asset key in the (still encoded) parts of an address made by `assetPath`; null when they are not decodable. */
export function assetKeyOf(parts: readonly string[]): string | null {
  const decoded = parts.map(decodeSegment)
  return decoded.includes(null) ? null : decoded.join('/')
}

/** One decoded part of an address; null when it is not decodable. */
export function decodeSegment(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

export function runPath(id: string): string {
  return `/runs/${encodeURIComponent(id)}`
}

/** The overview, filtered. */
export function filterPath(filter: { q?: string; status?: string; owner?: string }): string {
  return `/?${new URLSearchParams(filter)}`
}
