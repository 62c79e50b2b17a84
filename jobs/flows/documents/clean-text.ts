import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { isStorableText, toStorableText } from '#lib/domain/values/storable-text.ts'

/** What had to be taken out of a document before the lake could store it. */
export interface Cleaning {
  /** Characters PostgreSQL cannot store were removed or replaced. */
  unstorable: boolean
}

/** How one string is cleaned. */
export type CleanText = (text: string, cleaning: Cleaning) => string

/**
 * Cleans every string of a document in place; answers whether there was any character that cannot be stored. Names of members are left
 * alone; one that cannot be stored throws RangeError.
 */
export function cleanInPlace(document: JsonObject, clean: CleanText): boolean {
  const cleaning: Cleaning = { unstorable: false }
  cleanMembers(document, cleaning, clean)
  return cleaning.unstorable
}

function cleaned(value: JsonValue, cleaning: Cleaning, clean: CleanText): JsonValue {
  if (typeof value === 'string') return clean(value, cleaning)
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) value[index] = cleaned(element, cleaning, clean)
  } else if (isJsonObject(value)) cleanMembers(value, cleaning, clean)
  return value
}

function cleanMembers(value: JsonObject, cleaning: Cleaning, clean: CleanText): void {
  for (const key of Object.keys(value)) {
    if (!isStorableText(key)) throw new RangeError('the name of a field holds a character that cannot be stored')
    const member = value[key]
    if (typeof member === 'string' || typeof member === 'object') value[key] = cleaned(member, cleaning, clean)
  }
}

/** NULs removed and halves of characters replaced, which PostgreSQL cannot store. */
export function storableText(text: string, cleaning: Cleaning): string {
  if (isStorableText(text)) return text
  cleaning.unstorable = true
  return toStorableText(text, '')
}
