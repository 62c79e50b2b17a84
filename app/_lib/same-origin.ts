/**
 * Why a request may not change anything; null when this very page sent it, under the name it was asked by or under one of `addresses`.
 * Names that only lead here are turned away at the door.
 */
export function foreignInWords(headers: Headers, addresses: readonly string[]): string | null {
  const known = addresses.flatMap((address) => urlOf(address) ?? [])
  const host = urlOf(`http://${headers.get('host') ?? ''}`)
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return 'Orders are taken from this page only.'
  const origin = headers.get('origin')
  if (origin === null) return site === null && isFromForm(headers) ? 'Orders are taken from this page only.' : null
  const sender = urlOf(origin)
  const isOurs = sender !== null && (sender.host === host?.host || known.some((url) => url.origin === sender.origin))
  return isOurs ? null : 'Orders are taken from this page only.'
}

/** What a form of any page in the world can send without asking first. */
export function isFromForm(headers: Headers): boolean {
  return mediaType(headers) === 'application/x-www-form-urlencoded'
}

/** The content type without its parameters, in lower case. */
export function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
