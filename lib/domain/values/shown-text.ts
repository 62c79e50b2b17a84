import { toStorableText } from './storable-text.ts'

/** What a terminal obeys, but tab and line end, and what turns the direction of the text around it. */
const UNSHOWN = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu

/** Words as they may be stored and shown anywhere: U+FFFD in place of whatever moves a cursor, changes a terminal or turns the direction of what stands around it. */
export function toShownText(text: string): string {
  return toStorableText(text).replace(UNSHOWN, '\uFFFD')
}

/** Whether words may be stored and shown anywhere as they are. */
export function isShownText(text: string): boolean {
  return toShownText(text) === text
}
