/** From the scheme to the @: where the user and the password of an address stand. */
const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/([^/?#@\s]*)@/i
/** What may stand there as it is: RFC 3986, 3.2.1 without the colon, and what is encoded already. */
const ENCODED = /^(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*$/i

function encoded(value: string): string {
  return ENCODED.test(value) ? value : encodeURIComponent(value.toWellFormed())
}

/**
 * How values are put into a text with `${NAME}` in it: into an address before the @ in the form that addresses want, anywhere else as
 * they are. One that is encoded already stays as it is; a single reference for both may hold `user:password`.
 */
export function fitterFor(text: string): (value: string, offset: number) => string {
  const [whole = '', userInfo = ''] = USER_INFO.exec(text) ?? []
  const isPair = userInfo !== '' && !userInfo.replaceAll(/\$\{\w+\}/g, '').includes(':')
  return (value, offset) => {
    if (offset >= whole.length) return value
    const colon = isPair ? value.indexOf(':') : -1
    return colon < 0 ? encoded(value) : `${encoded(value.slice(0, colon))}:${encoded(value.slice(colon + 1))}`
  }
}

const DIVIDING = '@ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25'

/** What keeps the address of a server from being read in one way only, as the end of a sentence; null where nothing does. */
export function whyNoAddress(address: string): string | null {
  const [, behindHost = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?]*)/i.exec(address) ?? []
  if (!behindHost.includes('@') && URL.canParse(address)) return null
  return `does not read as an address; in its user and its password write ${DIVIDING}`
}
