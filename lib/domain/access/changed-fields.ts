/** One thing that an order changed, in plain text; null: it was not there, or is not there any more. */
export interface ChangedField {
  /** Its name, with a dot between a thing and what belongs to it; empty where a plain value changed. */
  name: string
  before: string | null
  after: string | null
}

const FIELDS_MAX = 40
const DEPTH_MAX = 4

/** What differs between how something was and how it is now, in the order of writing; where only one of them is told, all of it. */
export function changedFields(before: unknown, after: unknown): ChangedField[] {
  const was = flatten(before)
  const is = flatten(after)
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => ({ name, before: was.get(name) ?? null, after: is.get(name) ?? null }))
    .filter((field) => field.before !== field.after)
    .slice(0, FIELDS_MAX)
}

function flatten(value: unknown, name = '', depth = 0, found = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return found
  if (!isMap(value) || depth === DEPTH_MAX) return found.set(name, textOf(value))
  for (const [key, inner] of Object.entries(value)) flatten(inner, name === '' ? key : `${name}.${key}`, depth + 1, found)
  return found
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.length === 0 ? 'none' : value.map(textOf).join(', ')
  return JSON.stringify(value)
}
