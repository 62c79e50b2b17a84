import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { handlingInWords } from '#lib/domain/search/match.ts'
import type { Field } from './field.ts'
import { flatFields } from './nested-fields.ts'

/** A field of an entity by all that is known of it: seen, promised, or both. */
export interface EntityField {
  name: string
  type: string | null
  /** `key, one of a, b, classified pii`; empty: it may be anything of its type, and anybody may know it. */
  rules: string
  description: string | null
  isSeen: boolean
  isPromised: boolean
  /** It lies within something of which nobody tells what it holds: that it was not seen says nothing. */
  isUntold?: true
}

type Ruled = Pick<Field, 'isKey' | 'isRequired' | 'isUnique' | 'values' | 'classification' | 'tags'>

/** What is promised of a field beside its type, and who may know it. */
export function rulesInWords({ isKey, isRequired, isUnique, values, ...handling }: Ruled): string {
  const rules = [isKey && 'key', isRequired && !isKey && 'required', isUnique && 'unique', values !== null && `one of ${values.join(', ')}`]
  return [...rules, handlingInWords(handling)].filter((rule) => rule !== false && rule !== null && rule !== '').join(', ')
}

/** The columns that were seen in their order, each with what is promised of it, then what is promised and was not seen; what is nested by its path, below what holds it. */
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
  return unseen.reduce(withUnseen, seen)
}

/** What holds a field, by its path; null: nothing does. */
function holderOf(path: string): string | null {
  const at = path.lastIndexOf('.')
  return at < 0 ? null : path.slice(0, at).replace(/(\[\])+$/, '')
}

/** One that was not seen stands below what holds it where that is there, else at the end. */
function withUnseen(fields: EntityField[], field: EntityField): EntityField[] {
  const holder = holderOf(field.name)
  const isHolder = ({ name }: EntityField) => holder !== null && isSameField(name, holder)
  const isBelow = ({ name }: EntityField) =>
    holder !== null && ['.', '['].some((sign) => isSameField(name.slice(0, holder.length + 1), `${holder}${sign}`))
  const last = fields.findLastIndex((one) => isHolder(one) || isBelow(one))
  const holding = fields.find(isHolder)
  if (last < 0 || holding === undefined) return [...fields, field]
  const isUntold = holding.isUntold === true || (holding.isSeen && !fields.some((one) => isBelow(one) && one.isSeen))
  return fields.toSpliced(last + 1, 0, isUntold ? { ...field, isUntold } : field)
}

/** Whether two names are of one field: systems write them in small or large letters. */
export function isSameField(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
