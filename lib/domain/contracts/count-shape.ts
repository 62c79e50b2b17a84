import { ExactNumber } from '#lib/domain/values/json.ts'
import type { FieldFamily } from './field-type.ts'
import { ITEM } from './nested-fields.ts'
import type { SeenField, Shape } from './shape.ts'

const FIELDS_MAX = 200
const DEPTH_MAX = 6
/** Of a longer list the first elements are counted. */
const ITEMS_MAX = 100
const VALUES_MAX = 50
const VALUE_CHARACTERS_MAX = 60
/** So many values are kept of a field to find one that comes twice, and so many of all fields. */
const UNIQUE_VALUES_MAX = 20_000
const UNIQUE_VALUES_MAX_IN_ALL = 160_000
const UNIQUE_CHARACTERS_MAX = 100

/** What texts may stand for, the narrowest first. */
const READINGS: readonly [FieldFamily, RegExp][] = [
  ['integer', /^[+-]?\d+$/],
  ['number', /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i],
  ['boolean', /^(?:true|false|yes|no|[tfyn01])$/i],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['timestamp', /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i],
  ['time', /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/],
]

const KINDS: readonly FieldFamily[] = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const [ARRAY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING] = [1, 2, 4, 8, 16, 32]

interface Room {
  fields: number
  uniqueValues: number
  isCut: boolean
}

/** Counts what the records of a file look like, in a room that does not grow with the file. */
export class ShapeCounter {
  #records = 0
  #isText = false
  readonly #room: Room = { fields: FIELDS_MAX, uniqueValues: UNIQUE_VALUES_MAX_IN_ALL, isCut: false }
  readonly #fields = new FieldsCounter(this.#room, 1, null)

  /** `isText`: every value of the file is one, and an empty one none. */
  add(record: unknown, isText: boolean): void {
    this.#records += 1
    this.#isText = isText
    if (isObject(record)) this.#fields.add(record, isText)
  }

  shape(): Shape {
    return { records: this.#records, isText: this.#isText, fields: this.#fields.seen(), isCut: this.#room.isCut }
  }
}

type JsonLike = Record<string, unknown>

function isObject(value: unknown): value is JsonLike {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

/** Which list of a field is counted just now, by its number. */
interface ListTurn {
  at: number
}

class FieldsCounter {
  readonly #room: Room
  readonly #depth: number
  readonly #list: ListTurn | null
  readonly #byName = new Map<string, FieldCounter>()
  /** Records mostly have their fields in the same order. */
  readonly #inOrder: FieldCounter[] = []

  constructor(room: Room, depth: number, list: ListTurn | null) {
    this.#room = room
    this.#depth = depth
    this.#list = list
  }

  add(record: JsonLike, isText: boolean): void {
    let place = 0
    for (const name in record) {
      const next = this.#inOrder[place]
      const field = next?.name === name ? next : this.#fieldOf(name)
      place += 1
      field?.add(record[name], isText)
    }
  }

  #fieldOf(name: string): FieldCounter | undefined {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#room.fields === 0) {
      this.#room.isCut = true
      return undefined
    }
    this.#room.fields -= 1
    const field = new FieldCounter(name, this.#room, this.#depth, this.#list)
    this.#byName.set(name, field)
    this.#inOrder.push(field)
    return field
  }

  seen(): SeenField[] {
    return this.#inOrder.map((field) => field.seen())
  }
}

function kindOf(value: number | ExactNumber): number {
  const isInteger = typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(value.text)
  return isInteger ? INTEGER : NUMBER
}

class FieldCounter {
  readonly name: string
  readonly #room: Room
  readonly #depth: number
  #records = 0
  #empty = 0
  #kinds = 0
  #fits = READINGS
  readonly #values = new Set<string>()
  #isMore = false
  #unique: Set<string> | null = new Set()
  #isUnique: boolean | null = null
  #fields: FieldsCounter | null = null
  #items: FieldCounter | null = null
  /** Of what it lies in; what comes again in another list is not there twice. */
  readonly #list: ListTurn | null
  #listAt = 0
  readonly #ownList: ListTurn = { at: 0 }

  constructor(name: string, room: Room, depth: number, list: ListTurn | null) {
    this.name = name
    this.#room = room
    this.#depth = depth
    this.#list = list
  }

  add(value: unknown, isText: boolean): void {
    this.#records += 1
    if (typeof value === 'string') {
      if (isText && value === '') this.#empty += 1
      else this.#addText(value)
    } else if (typeof value === 'number') this.#addScalar(kindOf(value), value)
    else if (value === null || value === undefined) this.#empty += 1
    else if (typeof value === 'boolean') this.#addScalar(BOOLEAN, value)
    else if (Array.isArray(value)) this.#addList(value, isText)
    else if (value instanceof ExactNumber) this.#addScalar(kindOf(value), value.text)
    else this.#addObject(value as JsonLike, isText)
  }

  #addText(text: string): void {
    this.#addScalar(STRING, text)
    for (const [, pattern] of this.#fits) {
      if (pattern.test(text)) continue
      this.#fits = this.#fits.filter(([, other]) => other.test(text))
      return
    }
  }

  #addScalar(kind: number, value: string | number | boolean): void {
    this.#kinds |= kind
    if (this.#isMore && this.#unique === null) return
    const text = String(value)
    if (!this.#isMore) this.#keep(text)
    if (this.#unique !== null) this.#compare(this.#unique, text)
  }

  #addObject(value: JsonLike, isText: boolean): void {
    this.#addWhole(OBJECT)
    if (this.#depth === DEPTH_MAX) return
    this.#fields ??= new FieldsCounter(this.#room, this.#depth + 1, this.#list)
    this.#fields.add(value, isText)
  }

  #addList(values: readonly unknown[], isText: boolean): void {
    this.#addWhole(ARRAY)
    if (this.#depth === DEPTH_MAX || values.length === 0) return
    if (this.#items === null) {
      if (this.#room.fields === 0) {
        this.#room.isCut = true
        return
      }
      this.#room.fields -= 1
      this.#items = new FieldCounter(ITEM, this.#room, this.#depth + 1, this.#ownList)
    }
    this.#ownList.at += 1
    const counted = Math.min(values.length, ITEMS_MAX)
    for (let at = 0; at < counted; at += 1) this.#items.add(values[at], isText)
  }

  #addWhole(kind: number): void {
    this.#kinds |= kind
    this.#isMore = true
    this.#giveUp(null)
  }

  #keep(text: string): void {
    if (this.#values.has(text)) return
    if (text.length > VALUE_CHARACTERS_MAX || this.#values.size === VALUES_MAX) this.#isMore = true
    else this.#values.add(text)
  }

  #compare(unique: Set<string>, text: string): void {
    if (this.#list !== null && this.#list.at !== this.#listAt) {
      this.#listAt = this.#list.at
      this.#room.uniqueValues += unique.size
      unique.clear()
    }
    if (text.length > UNIQUE_CHARACTERS_MAX) this.#giveUp(null)
    else if (unique.has(text)) this.#giveUp(false)
    else if (unique.size === UNIQUE_VALUES_MAX || this.#room.uniqueValues === 0) this.#giveUp(null)
    else {
      unique.add(text)
      this.#room.uniqueValues -= 1
    }
  }

  /** Its room is for other fields. */
  #giveUp(isUnique: boolean | null): void {
    if (this.#unique === null) return
    this.#room.uniqueValues += this.#unique.size
    this.#unique = null
    this.#isUnique = isUnique
  }

  seen(): SeenField {
    const kinds = KINDS.filter((_, bit) => (this.#kinds & (1 << bit)) !== 0)
    return {
      name: this.name,
      records: this.#records,
      empty: this.#empty,
      kinds,
      fits: kinds.includes('string') ? this.#fits.map(([family]) => family) : [],
      values: [...this.#values],
      isMore: this.#isMore,
      isUnique: this.#unique === null ? this.#isUnique : this.#unique.size > 0 || null,
      fields: [...(this.#fields?.seen() ?? []), ...(this.#items === null ? [] : [this.#items.seen()])],
    }
  }
}
