import { decodeHTMLStrict } from 'entities'
import { type Cleaning, storableText } from '#jobs/flows/documents/clean-text.ts'

// A text that may hold an entity, a NUL or half a character, as JSON spells them.
const MAY_NEED_CLEANING = /&[#A-Za-z]|\\u00(?:00|26)|\\u[dD][89a-fA-F]/

/** Whether a JSON text can be stored as it is; most can, and looking is cheaper than walking. */
export function needsCleaning(text: string): boolean {
  return MAY_NEED_CLEANING.test(text)
}

/** HTML entities decoded (`&amp;` → `&`, only those that end in `;`, once), NULs removed and halves of characters replaced. */
export function cleanText(text: string, cleaning: Cleaning): string {
  return storableText(text.includes('&') ? decodeHTMLStrict(text) : text, cleaning)
}
