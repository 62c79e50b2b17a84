import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { isStorableText, toStorableText } from '#lib/domain/values/storable-text.ts'

export interface Cleaning {
  unstorable: boolean
}

type CleanText = (text: string, cleaning: Cleaning) => string

/** Cleans every string in place; answers whether any character could not be stored. Member names are left alone; one that cannot be stored
 * throws RangeError. */
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

/** NULs removed and lone surrogates replaced: PostgreSQL stores neither. */
export function storableText(text: string, cleaning: Cleaning): string {
  if (isStorableText(text)) return text
  cleaning.unstorable = true
  return toStorableText(text, '')
}
