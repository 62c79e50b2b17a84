export const HIDDEN = '•••'

// Somebody else's text is as long as they like: what could begin at each of its characters is bounded.
const NAME = 'authorization|(?:x[-_])?(?:api|auth|access|functions)[-_]?(?:key|token)|ocp-apim-subscription-key|cookie'
/** Such a header's value, also in JSON, in JSON inside a text, and as a program prints it. */
const HEADER = new RegExp(`((?:proxy-|set-)?(?:${NAME})\\\\*["']?\\s*[:=]\\s*\\[?\\s*)(?:\\\\*"[^"]*"|'[^']*'|[^,;&\\r\\n"'}\\]]+)`, 'gi')
const SCHEME = /\b(bearer|basic|digest|negotiate|token|apikey)(\s+|%20|\+)(?!bearer|basic|digest)([\w.~+/=%-]{6,})/gi
/** Signed tokens of the web, and Tidemark's own. */
const WEB_TOKEN = /\beyJ[\w-]{5,4000}\.[\w-]+(?:\.[\w-]*)?|\btdm_[\w-]{20,}/g
/** The key of an address, a session in a cookie, and a link that lets somebody in, as this page makes them. */
const OWN = /([?&]key=|\b(?:__Host-tidemark|tidemark-\d+)(?:-[a-z]+)?=|\/sign-in\/invitation\/)[^\s&;#"'<>\\]+/gi
const IN_ADDRESS = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^/\s@"'<>]*@/gi
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
const PARAMETER = /\b((?:[a-z]+[-_])?(?:password|passwd|pwd|secret|token|sig|signature|api[-_]?key)=)[^&\s"'<>]+/gi

/** Removes what looks like anybody's credential: auth headers, tokens, passwords in addresses, private keys. */
export function hideCredentials(text: string): string {
  return text
    .replace(PRIVATE_KEY, HIDDEN)
    .replace(HEADER, `$1${HIDDEN}`)
    .replace(SCHEME, (whole, scheme: string, blank: string, value: string) => (looksRandom(value) ? `${scheme}${blank}${HIDDEN}` : whole))
    .replace(WEB_TOKEN, HIDDEN)
    .replace(OWN, `$1${HIDDEN}`)
    .replace(IN_ADDRESS, `$1${HIDDEN}@`)
}

/** For texts from outside: also removes what follows `password=` and the like. */
export function hideForeignCredentials(text: string): string {
  return hideCredentials(text).replace(PARAMETER, `$1${HIDDEN}`)
}

function looksRandom(value: string): boolean {
  return value.length > 24 || /[\d=_~+/%]|[a-z][A-Z]|[A-Z]{2}/.test(value)
}
