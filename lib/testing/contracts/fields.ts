import type { Field } from '#lib/domain/contracts/field.ts'
import { readFieldType } from '#lib/domain/contracts/field-type.ts'

/** A field of which nobody tells more than what is given. */
export function aField(name: string, typeText: string | null, given: Partial<Field> = {}): Field {
  const untold = { description: null, isRequired: null, isUnique: null, isKey: null, values: null }
  return { name, typeText, type: readFieldType(typeText), ...untold, ...given }
}
