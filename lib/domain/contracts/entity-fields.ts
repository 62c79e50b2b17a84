import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Field } from './field.ts'
import { flatFields } from './nested-fields.ts'

/** A field of an entity by all that is known of it: seen, promised, or both. */
export interface EntityField {
  name: string
  type: string | null
  /** `key, one of a, b`; empty: it may be anything of its type. */
  rules: string
  description: string | null
  isSeen: boolean
  isPromised: boolean
}

/** What is promised of a field beside its type. */
export function rulesInWords({ isKey, isRequired, isUnique, values }: Pick<Field, 'isKey' | 'isRequired' | 'isUnique' | 'values'>): string {
  const rules = [isKey && 'key', isRequired && !isKey && 'required', isUnique && 'unique', values !== null && `one of ${values.join(', ')}`]
  return rules.filter((rule) => rule !== false && rule !== null).join(', ')
}

/** The columns that were seen in their order, each with what is promised of it, then what is promised and was not seen; what is nested by its path. */
export function entityFields(columns: readonly KnownColumn[], fields: readonly Field[]): EntityField[] {
  const promised = flatFields(fields)
  const left = new Set(promised)
  const seen = columns.map(({ name, type, description }): EntityField => {
    const field = promised.find((one) => one.name === name) ?? promised.find((one) => isSameField(one.name, name))
    if (field !== undefined) left.delete(field)
    return {
      ...{ name, type: type ?? field?.typeText ?? null, rules: field === undefined ? '' : rulesInWords(field) },
      ...{ description: description ?? field?.description ?? null, isSeen: true, isPromised: field !== undefined },
    }
  })
  const unseen = [...left].map((field): EntityField => {
    const { name, typeText: type, description } = field
    return { name, type, rules: rulesInWords(field), description, isSeen: false, isPromised: true }
  })
  return [...seen, ...unseen]
}

/** Whether two names are of one field: systems write them in small or large letters. */
export function isSameField(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
