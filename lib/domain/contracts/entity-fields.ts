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
  /** Nobody tells of all that is there, or what holds it: that it was not seen says nothing. */
  isUntold?: true
}

type Ruled = Pick<Field, 'isKey' | 'isRequired' | 'isUnique' | 'values' | 'classification' | 'tags'>

/** What is promised of a field beside its type, and who may know it. */
export function rulesInWords({ isKey, isRequired, isUnique, values, ...handling }: Ruled): string {
  const rules = [isKey && 'key', isRequired && !isKey && 'required', isUnique && 'unique', values !== null && `one of ${values.join(', ')}`]
  return [...rules, handlingInWords(handling)].filter((rule) => rule !== false && rule !== null && rule !== '').join(', ')
}

/**
 * The columns that were seen in their order, each with what is promised of it, then what is promised and was not seen; what is nested by its path, below what
 * holds it. `mayBeMore`: there may be other columns than those.
 */
export function entityFields(columns: readonly KnownColumn[], fields: readonly Field[], mayBeMore = false): EntityField[] {
  const promised = flatFields(fields)
  const [byName, byLetters] = [new Map<string, Field>(), new Map<string, Field>()]
  for (const field of promised) {
    if (!byName.has(field.name)) byName.set(field.name, field)
    if (!byLetters.has(field.name.toLowerCase())) byLetters.set(field.name.toLowerCase(), field)
  }
  const left = new Set(promised)
  const seen = columns.map(({ name, type, description }): EntityField => {
    const field = byName.get(name) ?? byLetters.get(name.toLowerCase())
    if (field !== undefined) left.delete(field)
    return {
      ...{ name, type: type ?? field?.typeText ?? null, rules: field === undefined ? '' : rulesInWords(field) },
      ...{ description: description ?? field?.description ?? null, isSeen: true, isPromised: field !== undefined },
    }
  })
  const placed = new PlacedFields(seen)
  for (const field of left) {
    const { name, typeText: type, description } = field
    const isUntold = (mayBeMore && holderOf(name) === null) || placed.holdsUntold(name)
    const unseen = { name, type, rules: rulesInWords(field), description, isSeen: false, isPromised: true }
    placed.add(isUntold ? { ...unseen, isUntold } : unseen)
  }
  return placed.inOrder()
}

/** What holds a field, by its path; null: nothing does. */
function holderOf(path: string): string | null {
  const at = path.lastIndexOf('.')
  return at < 0 ? null : path.slice(0, at).replace(/(\[\])+$/, '')
}

/** The paths that a field lies below, in small letters. */
function pathsAbove(path: string): string[] {
  const small = path.toLowerCase()
  return [...small.matchAll(/[.[]/g)].map(({ index }) => small.slice(0, index))
}

interface Place {
  field: EntityField
  next: Place | null
}

/** Fields in their order. One that was not seen is put below what holds it where that is there, else at the end. */
class PlacedFields {
  readonly #head: Place = { field: { name: '', type: null, rules: '', description: null, isSeen: false, isPromised: false }, next: null }
  #end = this.#head
  readonly #byPath = new Map<string, EntityField>()
  /** The last place of a path and of all below it. */
  readonly #lastOf = new Map<string, Place>()
  readonly #seenBelow: ReadonlySet<string>

  constructor(seen: readonly EntityField[]) {
    this.#seenBelow = new Set(seen.flatMap(({ name }) => pathsAbove(name)))
    for (const field of seen) this.#putAfter(this.#end, field)
  }

  /** Nobody tells what holds a field of this path. */
  holdsUntold(path: string): boolean {
    const holder = holderOf(path)?.toLowerCase()
    const holding = holder === undefined ? undefined : this.#byPath.get(holder)
    if (holder === undefined || holding === undefined) return false
    return holding.isUntold === true || (holding.isSeen && !this.#seenBelow.has(holder))
  }

  add(field: EntityField): void {
    const holder = holderOf(field.name)?.toLowerCase()
    const isHeld = holder !== undefined && this.#byPath.has(holder)
    this.#putAfter((isHeld ? this.#lastOf.get(holder) : undefined) ?? this.#end, field)
  }

  #putAfter(before: Place, field: EntityField): void {
    const place = { field, next: before.next }
    before.next = place
    const isLast = before === this.#end
    if (isLast) this.#end = place
    const own = field.name.toLowerCase()
    if (!this.#byPath.has(own)) this.#byPath.set(own, field)
    for (const path of [own, ...pathsAbove(field.name)]) {
      const last = this.#lastOf.get(path)
      if (isLast || last === undefined || last === before) this.#lastOf.set(path, place)
    }
  }

  inOrder(): EntityField[] {
    const fields: EntityField[] = []
    for (let place = this.#head.next; place !== null; place = place.next) fields.push(place.field)
    return fields
  }
}

/** Whether two names are of one field: systems write them in small or large letters. */
export function isSameField(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
