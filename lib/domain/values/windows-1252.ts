// What the web means by latin1 and iso-8859-1: bytes 80…9F are these characters, five of them none.
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const FIRST_HIGH = 0x80
/** Of decoded text only the bytes without a meaning are among these. */
const HIGH_CONTROL = /(?!\p{ASCII})\p{Cc}/gu
const OUTSIDE_LATIN1 = /[^\p{ASCII}\u00a0-\u00ff]/gu
const BYTES = new Map([...HIGH].map((character, index) => [character, FIRST_HIGH + index]))

/** Bytes as text. The five bytes without a meaning become the control characters of their number, which no other byte becomes. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(HIGH_CONTROL, (character) => HIGH.charAt(character.charCodeAt(0) - FIRST_HIGH))
}

/** Why a decoded text is not what anybody wrote: a byte that means nothing; undefined when all is well. */
export function meaninglessByte(text: string): string | undefined {
  const found = text.match(HIGH_CONTROL)?.[0]
  return found === undefined
    ? undefined
    : `holds byte ${found.charCodeAt(0).toString(16).toUpperCase()}, which means nothing in Windows-1252`
}

/** The first character that Windows-1252 does not have; undefined when it has all of them. */
export function outsideWindows1252(text: string): string | undefined {
  return text.match(OUTSIDE_LATIN1)?.find((character) => !BYTES.has(character) || meaninglessByte(character) !== undefined)
}

/** Text as bytes; only for text that is inside. */
export function encodeWindows1252(text: string): Uint8Array {
  return Buffer.from(
    text.replace(OUTSIDE_LATIN1, (character) => String.fromCharCode(BYTES.get(character) ?? 0x3f)),
    'latin1',
  )
}
