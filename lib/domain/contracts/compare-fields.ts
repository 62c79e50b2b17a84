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

/** Whether a difference has been seen, or is promised for later. */
export type Tense = 'seen' | 'coming'

/** What differs between the fields that are promised and those that are there, or are promised next; what nobody tells differs from nothing. */
export function compareFields(promised: readonly Field[], found: readonly Field[], tense: Tense = 'seen'): Difference[] {
  const pairs = pairByName(promised, found)
  const paired = new Set(pairs.values())
  const gone = promised.filter((field) => !pairs.has(field))
  const came = found.filter((field) => !paired.has(field))
  const renames = guessRenames(gone, came)
  const taken = new Set(renames.values())
  const differences = [
    ...gone.map((field) => goneInWords(field, renames.get(field), tense)),
    ...[...pairs].flatMap(([before, after]) => compareField(before, after, tense)),
    ...came.filter((field) => !taken.has(field)).map((field) => cameInWords(field, tense)),
  ]
  // Names and types come from outside.
  return differences.map((one) => ({ ...one, words: toShownText(one.words) }))
}

/** What differs where there may be others than the fields that were found: of what was not found nobody can tell. */
export function compareInPart(promised: readonly Field[], found: readonly Field[]): Difference[] {
  return compareFields(onlyFound(promised, found), found)
}

function onlyFound(promised: readonly Field[], found: readonly Field[]): Field[] {
  return [...pairByName(promised, found)].map(([field, pair]) => {
    if (field.fields === undefined || pair.fields === undefined) return field
    return { ...field, fields: onlyFound(field.fields, pair.fields) }
  })
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

/** A name as it stands before a verb: in quotation marks where it would not be seen to be one. */
function called(name: string): string {
  return /^[\p{L}\p{N}_.[\]-]+$/u.test(name) ? name : `"${name}"`
}

function goneInWords({ name }: Field, renamed: Field | undefined, tense: Tense): Difference {
  const to = renamed?.name
  const words = {
    seen: `the field "${name}" is gone${to === undefined ? '' : `, perhaps renamed: "${to}" came`}`,
    coming: `${called(name)} goes${to === undefined ? '' : ` (perhaps renamed ${called(to)})`}`,
  }
  return { kind: to === undefined ? 'gone' : 'renamed', field: name, weight: 'breaks', words: words[tense] }
}

function cameInWords({ name, isRequired }: Field, tense: Tense): Difference {
  const must = isRequired === true
  const words = {
    seen: `the field "${name}" came${must ? ', and it is required' : ''}`,
    coming: `${called(name)} comes${must ? ' and is required' : ''}`,
  }
  return { kind: 'came', field: name, weight: must ? 'breaks' : 'noted', words: words[tense] }
}

function compareField(before: Field, after: Field, tense: Tense): Difference[] {
  const own = [
    typeInWords(before, after, tense),
    flagInWords(before, after, 'isRequired', tense),
    flagInWords(before, after, 'isUnique', tense),
    keyInWords(before, after, tense),
    valuesInWords(before, after, tense),
    describedInWords(before, after, tense),
  ]
  return [...own.filter((one) => one !== null), ...compareBelow(before, after, tense)]
}

/** What objects and lists hold, where both sides tell it. */
function compareBelow({ name, fields: before }: Field, { fields: after }: Field, tense: Tense): Difference[] {
  if (before === undefined || after === undefined) return []
  const below = (fields: readonly Field[]) => fields.map((field) => ({ ...field, name: pathBelow(name, field.name) }))
  return compareFields(below(before), below(after), tense)
}

/** The field before what is said of it. */
function subject(name: string, tense: Tense): string {
  return tense === 'seen' ? `the field "${name}"` : called(name)
}

const CHANGES = {
  zone: { seen: 'means another time zone', coming: 'will mean another time zone' },
  changed: { seen: 'has another type', coming: 'gets another type' },
  narrowed: { seen: 'holds less', coming: 'will hold less' },
  widened: { seen: 'holds more', coming: 'will hold more' },
} as const

function typeInWords(before: Field, after: Field, tense: Tense): Difference | null {
  const field = before.name
  const change = typeChange(before.type, after.type)
  if (change === null) return null
  const [was, is] = [before, after].map(({ typeText, type }) => typeText ?? type?.family)
  const types = { seen: `${was} before, ${is} now`, coming: `${was} before, ${is} then` }
  const words = `${subject(field, tense)} ${CHANGES[change][tense]}: ${types[tense]}`
  if (change === 'zone') return { kind: 'zone', field, weight: 'breaks', words }
  return { kind: 'type', field, weight: change === 'widened' ? 'warns' : 'breaks', words }
}

const FLAGS = {
  isRequired: {
    kind: 'required',
    gained: { seen: 'is required now', coming: 'becomes required' },
    lost: { seen: 'may be empty now', coming: 'may be empty' },
  },
  isUnique: {
    kind: 'unique',
    gained: { seen: 'is unique now', coming: 'becomes unique' },
    lost: { seen: 'may hold the same twice now', coming: 'may hold the same twice' },
  },
} as const

function flagInWords(before: Field, after: Field, flag: keyof typeof FLAGS, tense: Tense): Difference | null {
  const [was, is] = [before[flag], after[flag]]
  if (was === null || is === null || was === is) return null
  const { kind, gained, lost } = FLAGS[flag]
  const isNoted = kind === 'unique' && is
  const words = `${subject(before.name, tense)} ${(is ? gained : lost)[tense]}`
  return { kind, field: before.name, weight: isNoted ? 'noted' : 'breaks', words }
}

function keyInWords(before: Field, after: Field, tense: Tense): Difference | null {
  if (before.isKey === null || after.isKey === null || before.isKey === after.isKey) return null
  const gained = { seen: 'belongs to the key now', coming: 'joins the key' }
  const lost = { seen: 'belongs to the key no more', coming: 'leaves the key' }
  const words = `${subject(before.name, tense)} ${(after.isKey ? gained : lost)[tense]}`
  return { kind: 'key', field: before.name, weight: 'breaks', words }
}

function valuesInWords({ name: field, values: before }: Field, { values: after }: Field, tense: Tense): Difference | null {
  if (before === null || after === null) return null
  const lost = before.filter((value) => !after.includes(value))
  const gained = after.filter((value) => !before.includes(value))
  const whose = subject(field, tense)
  if (lost.length > 0) return { kind: 'values', field, weight: 'breaks', words: `${whose} may no more be ${quoted(lost)}` }
  if (gained.length > 0) return { kind: 'values', field, weight: 'warns', words: `${whose} may also be ${quoted(gained)}` }
  return null
}

const SHOWN_MAX = 5

/** The first few values, in quotation marks. */
export function quoted(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_MAX).map((value) => `"${value}"`)
  return values.length > SHOWN_MAX ? `${shown.join(', ')} and ${values.length - SHOWN_MAX} more` : shown.join(' or ')
}

function describedInWords(before: Field, after: Field, tense: Tense): Difference | null {
  if (before.description === null || after.description === null || before.description === after.description) return null
  const words = `${subject(before.name, tense)} is described otherwise`
  return { kind: 'description', field: before.name, weight: 'noted', words }
}
