import { decodeHTMLStrict } from 'entities'
import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/json.ts'

// A text that may hold an entity, a NUL or half a character, as JSON spells them.
const MAY_NEED_CLEANING = /&[#A-Za-z]|\\u00(?:00|26)|\\u[dD][89a-fA-F]/

/** What had to be taken out of a document before the lake could store it. */
export interface Cleaning {
  /** Characters PostgreSQL cannot store were removed or replaced. */
  unstorable: boolean
}

/** Whether a JSON text can be stored as it is; most can, and looking is cheaper than walking. */
export function needsCleaning(text: string): boolean {
  return MAY_NEED_CLEANING.test(text)
}

/**
 * Cleans a value in place and gives it back: HTML entities decoded (`&amp;` → `&`, only those that end in `;`, once), NULs
 * removed and halves of characters replaced. Names of members are left alone; one that cannot be stored throws.
 */
export function cleanInPlace(value: JsonValue, cleaning: Cleaning): JsonValue {
  if (typeof value === 'string') return cleanText(value, cleaning)
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) value[index] = cleanInPlace(element, cleaning)
  } else if (isJsonObject(value)) cleanMembers(value, cleaning)
  return value
}

function cleanMembers(value: JsonObject, cleaning: Cleaning): void {
  for (const key of Object.keys(value)) {
    if (key.includes('\u0000') || !key.isWellFormed()) throw new RangeError('the name of a field holds a character that cannot be stored')
    const member = value[key]
    if (typeof member === 'string' || typeof member === 'object') value[key] = cleanInPlace(member, cleaning)
  }
}

/** The same for one string. */
export function cleanText(text: string, cleaning: Cleaning): string {
  const decoded = text.includes('&') ? decodeHTMLStrict(text) : text
  if (!decoded.includes('\u0000') && decoded.isWellFormed()) return decoded
  cleaning.unstorable = true
  return decoded.replaceAll('\u0000', '').toWellFormed()
}
