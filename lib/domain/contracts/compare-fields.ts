import { toShownText } from '#lib/domain/values/shown-text.ts'
import type { Field } from './field.ts'
import { typeChange } from './field-type.ts'
import { pathBelow } from './nested-fields.ts'

/** What a difference means to who reads: it breaks, it warns, or it is only noted. */
export type Weight = 'breaks' | 'warns' | 'noted'

export interface Difference {
  kind: 'gone' | 'renamed' | 'came' | 'type' | 'zone' | 'required' | 'unique' | 'key' | 'values' | 'description'
  field: string
  weight: Weight
  /** Half a sentence, without its end. */
  words: string
}

/** What differs between the fields that are promised and those that are there, or are promised next; what nobody tells differs from nothing. */
export function compareFields(promised: readonly Field[], found: readonly Field[]): Difference[] {
  const pairs = pairByName(promised, found)
  const paired = new Set(pairs.values())
  const gone = promised.filter((field) => !pairs.has(field))
  const came = found.filter((field) => !paired.has(field))
  const renames = guessRenames(gone, came)
  const taken = new Set(renames.values())
  const differences = [
    ...gone.map((field) => goneInWords(field, renames.get(field))),
    ...[...pairs].flatMap(([before, after]) => compareField(before, after)),
    ...came.filter((field) => !taken.has(field)).map(cameInWords),
  ]
  // Names and types come from outside.
  return differences.map((one) => ({ ...one, words: toShownText(one.words) }))
}

/** The worst that differences mean; null: there are none. */
export function weightOf(differences: readonly Difference[]): Weight | null {
  const weights: Weight[] = ['breaks', 'warns', 'noted']
  return weights.find((weight) => differences.some((one) => one.weight === weight)) ?? null
}

/** By their names, else by their names in small letters where those tell them apart. */
function pairByName(promised: readonly Field[], found: readonly Field[]): Map<Field, Field> {
  const exact = new Map(found.map((field) => [field.name, field]))
  const exactly = new Set(promised.map(({ name }) => name))
  const loose = Map.groupBy(
    found.filter(({ name }) => !exactly.has(name)),
    ({ name }) => name.toLowerCase(),
  )
  const pairs = new Map<Field, Field>()
  const taken = new Set<Field>()
  for (const field of promised) {
    const [alike, ...others] = loose.get(field.name.toLowerCase()) ?? []
    const pair = exact.get(field.name) ?? (others.length === 0 ? alike : undefined)
    if (pair === undefined || taken.has(pair)) continue
    pairs.set(field, pair)
    taken.add(pair)
  }
  return pairs
}

/** Which of the fields that came may be one that is gone: of the same type, and the only one, or one that is called much like it. */
function guessRenames(gone: readonly Field[], came: readonly Field[]): Map<Field, Field> {
  const renames = new Map<Field, Field>()
  for (const field of gone) {
    const taken = new Set(renames.values())
    const fitting = came.filter((other) => !taken.has(other) && isAlike(field, other))
    const only = gone.length === 1 && came.length === 1 ? fitting[0] : undefined
    const guess = fitting.find((other) => isCalledAlike(field.name, other.name)) ?? only
    if (guess !== undefined) renames.set(field, guess)
  }
  return renames
}

function isAlike(a: Field, b: Field): boolean {
  if (a.type === null || b.type === null || a.type.family === b.type.family) return true
  return [a.type, b.type].every(({ family }) => family === 'integer' || family === 'number')
}

/** One name stands in the other, whatever its letters and signs. */
function isCalledAlike(a: string, b: string): boolean {
  const [one, other] = [a, b].map((name) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, ''))
  return Boolean(one && other && (one.includes(other) || other.includes(one)))
}

function goneInWords({ name }: Field, renamed: Field | undefined): Difference {
  if (renamed === undefined) return { kind: 'gone', field: name, weight: 'breaks', words: `the field "${name}" is gone` }
  return { kind: 'renamed', field: name, weight: 'breaks', words: `the field "${name}" is gone, perhaps renamed: "${renamed.name}" came` }
}

function cameInWords({ name, isRequired }: Field): Difference {
  const must = isRequired === true ? ', and it is required' : ''
  return { kind: 'came', field: name, weight: must === '' ? 'noted' : 'breaks', words: `the field "${name}" came${must}` }
}

function compareField(before: Field, after: Field): Difference[] {
  const differences = [typeInWords(before, after), flagInWords(before, after, 'isRequired'), flagInWords(before, after, 'isUnique')]
  const own = [...differences, keyInWords(before, after), valuesInWords(before, after), describedInWords(before, after)]
  return [...own.filter((one) => one !== null), ...compareBelow(before, after)]
}

/** What objects and lists hold, where both sides tell it. */
function compareBelow({ name, fields: before }: Field, { fields: after }: Field): Difference[] {
  if (before === undefined || after === undefined) return []
  const below = (fields: readonly Field[]) => fields.map((field) => ({ ...field, name: pathBelow(name, field.name) }))
  return compareFields(below(before), below(after))
}

function typeInWords(before: Field, after: Field): Difference | null {
  const field = before.name
  const change = typeChange(before.type, after.type)
  if (change === null) return null
  const types = `${before.typeText ?? before.type?.family} before, ${after.typeText ?? after.type?.family} now`
  if (change === 'zone') {
    return { kind: 'zone', field, weight: 'breaks', words: `the field "${field}" means another time zone: ${types}` }
  }
  const weight = change === 'widened' ? 'warns' : 'breaks'
  const how = change === 'changed' ? 'has another type' : change === 'narrowed' ? 'holds less' : 'holds more'
  return { kind: 'type', field, weight, words: `the field "${field}" ${how}: ${types}` }
}

const FLAGS = {
  isRequired: { kind: 'required', gained: 'is required now', lost: 'may be empty now' },
  isUnique: { kind: 'unique', gained: 'is unique now', lost: 'may hold the same twice now' },
} as const

function flagInWords(before: Field, after: Field, flag: keyof typeof FLAGS): Difference | null {
  const [was, is] = [before[flag], after[flag]]
  if (was === null || is === null || was === is) return null
  const { kind, gained, lost } = FLAGS[flag]
  const isNoted = kind === 'unique' && is
  return { kind, field: before.name, weight: isNoted ? 'noted' : 'breaks', words: `the field "${before.name}" ${is ? gained : lost}` }
}

function keyInWords(before: Field, after: Field): Difference | null {
  if (before.isKey === null || after.isKey === null || before.isKey === after.isKey) return null
  const words = `the field "${before.name}" ${after.isKey ? 'belongs to the key now' : 'belongs to the key no more'}`
  return { kind: 'key', field: before.name, weight: 'breaks', words }
}

function valuesInWords({ name: field, values: before }: Field, { values: after }: Field): Difference | null {
  if (before === null || after === null) return null
  const lost = before.filter((value) => !after.includes(value))
  const gained = after.filter((value) => !before.includes(value))
  if (lost.length > 0) return { kind: 'values', field, weight: 'breaks', words: `the field "${field}" may no more be ${quoted(lost)}` }
  if (gained.length > 0) return { kind: 'values', field, weight: 'warns', words: `the field "${field}" may also be ${quoted(gained)}` }
  return null
}

const SHOWN_MAX = 5

/** The first few values, in quotation marks. */
export function quoted(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_MAX).map((value) => `"${value}"`)
  return values.length > SHOWN_MAX ? `${shown.join(', ')} and ${values.length - SHOWN_MAX} more` : shown.join(' or ')
}

function describedInWords(before: Field, after: Field): Difference | null {
  if (before.description === null || after.description === null || before.description === after.description) return null
  const words = `the field "${before.name}" is described otherwise`
  return { kind: 'description', field: before.name, weight: 'noted', words }
}
