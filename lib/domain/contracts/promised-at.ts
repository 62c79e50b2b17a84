import type { Field } from './field.ts'
import { ITEM } from './nested-fields.ts'

/** A field that is promised at a path. */
export interface PromisedAt {
  field: Field
  /** It is in each record: required, as all that it lies in. */
  isRequired: boolean
}

/**
 * What is promised at a path as `select` writes it: a dotted one goes into objects, a number into a list, and a name may hold dots itself. Null: nothing.
 * Capitals count only where two names differ by nothing else.
 */
export function promisedAt(fields: readonly Field[], path: string): PromisedAt | null {
  const whole = called(fields, path)
  if (whole !== undefined) return { field: whole, isRequired: whole.isRequired === true }
  for (let at = path.indexOf('.'); at > 0; at = path.indexOf('.', at + 1)) {
    const above = called(fields, path.slice(0, at))
    const found = above === undefined ? null : promisedBelow(above, path.slice(at + 1))
    if (found !== null) return found
  }
  return null
}

function promisedBelow({ type, isRequired, fields = [] }: Field, rest: string): PromisedAt | null {
  if (type?.family !== 'array') {
    const below = promisedAt(fields, rest)
    return below && { ...below, isRequired: below.isRequired && isRequired === true }
  }
  const [, more] = /^\d{1,9}(?:\.(.+))?$/.exec(rest) ?? []
  const item = fields.find(({ name }) => name === ITEM)
  if (item === undefined || !/^\d/.test(rest)) return null
  // Nobody promises how many elements there are.
  const found = more === undefined ? { field: item } : promisedBelow(item, more)
  return found && { field: found.field, isRequired: false }
}

function called(fields: readonly Field[], name: string): Field | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
}
