const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Why a request may not change anything; null when this very page sent it. The names the page is known by are the loopback ones and
 * those of `addresses`: another name that leads here (DNS rebinding) is nobody's page.
 */
export function foreignInWords(headers: Headers, addresses: readonly string[]): string | null {
  const known = addresses.flatMap((address) => urlOf(address) ?? [])
  const host = urlOf(`http://${headers.get('host') ?? ''}`)
  if (host === null || !isKnown(host, known))
    return 'This name of the page is not known: use the address of the catalogue (page.url) or localhost.'
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return 'Orders are taken from this page only.'
  const origin = headers.get('origin')
  if (origin === null) return site === null && isFromForm(headers) ? 'Orders are taken from this page only.' : null
  const sender = urlOf(origin)
  const isOurs = sender !== null && (sender.host === host.host || known.some((url) => url.origin === sender.origin))
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

function isKnown(host: URL, known: readonly URL[]): boolean {
  return LOOPBACK.includes(host.hostname) || known.some((url) => url.hostname === host.hostname)
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
