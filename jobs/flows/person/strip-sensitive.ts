import { DEPTH_MAX, isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/** Member names that never reach the lake, in small letters. sql/person.sql refuses the same ones. */
export const SENSITIVE_NAMES: ReadonlySet<string> = new Set([
  'ssn',
  'socialsecuritynumber',
  'sexualorientation',
  'finaid',
  'finaidreceived',
])

// One of the names, or an escaped character that may hide one.
const MAY_BE_SENSITIVE = /ssn|socialsecuritynumber|sexualorientation|finaid|\\u00/i

/** Whether a JSON text must be walked; a search is cheaper. */
export function mayBeSensitive(text: string): boolean {
  return MAY_BE_SENSITIVE.test(text)
}

/** Removes every member with a sensitive name in place: at any depth, in any case, whatever its value. Answers how many. Throws
 * RangeError when nested deeper than a document may be. */
export function stripSensitive(value: JsonValue, depth = 0): number {
  if (depth > DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX} levels`)
  if (Array.isArray(value)) return value.reduce<number>((taken, element) => taken + stripSensitive(element, depth + 1), 0)
  return isJsonObject(value) ? stripMembers(value, depth) : 0
}

function stripMembers(value: JsonObject, depth: number): number {
  let taken = 0
  for (const key of Object.keys(value)) {
    if (SENSITIVE_NAMES.has(key.toLowerCase())) {
      delete value[key]
      taken += 1
    } else taken += stripSensitive(value[key] ?? null, depth + 1)
  }
  return taken
}
