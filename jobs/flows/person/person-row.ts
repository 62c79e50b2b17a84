import { hash } from 'node:crypto'
import { type Cleaning, cleanInPlace, storableText } from '#jobs/flows/documents/clean-text.ts'
import type { Curation, Views } from '#jobs/flows/documents/curation.ts'
import type { DocumentRow } from '#jobs/flows/documents/document-row.ts'
import { DEPTH_MAX, isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import { type IncomingPerson, toBuid } from './incoming-person.ts'
import { hasOnlyTermCodes } from './semester-codes.ts'
import type { PersonKey } from './store/person-tables.ts'
import { mayBeSensitive, stripSensitive } from './strip-sensitive.ts'

/** A person who passed the door, ready to be compared and stored. */
export interface PersonRow extends DocumentRow<PersonKey> {
  /** Characters that cannot be stored were taken out. */
  cleaned: boolean
  /** Sensitive fields were taken out. */
  stripped: boolean
  /** Lets go of the parsed document, many times the size of its text; it is read again should somebody ask for what was not made before. */
  forget(): void
}

/** A person who was put aside, with the reason in words. */
export interface RefusedPerson {
  key: PersonKey
  groups: readonly string[]
  refused: string
}

// Part of the hash of what was sent: count up when the same text is to be read in another way than before.
const READING_VERSION = 1

// A text that may hold a NUL or half a character, as JSON spells them.
const MAY_NEED_CLEANING = /\\u(?:0000|[dD][89a-fA-F])/

/** The hash of a person's text as it was sent. */
export function sourceHash(text: string): string {
  return hash('sha256', `${READING_VERSION} ${text}`, 'hex')
}

/** Reads one person, for good: parsed, sensitive fields and unstorable characters taken out, hashed. */
export function readPerson(person: IncomingPerson, source: string, curation: Curation): PersonRow | RefusedPerson {
  try {
    const content = readContent(person)
    return toRow(person, { source, hash: contentHash(content.value), content }, curation)
  } catch (error) {
    const refused = reasonOf(error)
    if (refused === undefined) throw error
    return { key: { buid: person.buid }, groups: groupsOf(person), refused }
  }
}

/** A person whose text the lake has read before, when it was found to have this content: not read again unless somebody wants it. */
export function recallPerson(person: IncomingPerson, source: string, knownHash: string, curation: Curation): PersonRow {
  return toRow(person, { source, hash: knownHash, content: undefined }, curation)
}

class Unfit extends Error {}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return 'what came is not JSON'
  if (error instanceof RangeError && error.message.includes('call stack')) return `nested deeper than ${DEPTH_MAX} levels`
  return error instanceof RangeError || error instanceof Unfit ? error.message : undefined
}

function groupsOf(person: IncomingPerson): readonly string[] {
  return person.populations.length < 2 ? person.populations : [...new Set(person.populations)].sort()
}

interface Read {
  source: string
  hash: string
  content: Content | undefined
}

function toRow(person: IncomingPerson, read: Read, curation: Curation): PersonRow {
  let { content } = read
  let document: string | undefined
  let made: { groups: string; views: Views } | undefined
  const make = () => {
    content ??= readContent(person)
    return content
  }
  return {
    key: { buid: person.buid },
    hash: read.hash,
    source: read.source,
    groups: groupsOf(person),
    cleaned: content?.cleaned ?? false,
    stripped: content?.stripped ?? false,
    document: () => {
      document ??= storedText(make(), person.text)
      return document
    },
    views: (groups) => {
      const wanted = groups.join()
      if (made?.groups !== wanted) made = { groups: wanted, views: curation.views(make().value, groups) }
      return made.views
    },
    forget: () => {
      content = undefined
    },
  }
}

interface Content {
  value: JsonObject
  cleaned: boolean
  stripped: boolean
}

/** As it came unless something was taken out. */
function storedText({ value, cleaned, stripped }: Content, text: string): string {
  return stripped || cleaned ? JSON.stringify(value) : text
}

function readContent({ buid, text }: IncomingPerson): Content {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new Unfit('it is not an object')
  const stripped = mayBeSensitive(text) && stripSensitive(value) > 0
  const cleaned = isUnstorable(text) && clean(value)
  requireOwnId(value['personid'], buid)
  if (!hasOnlyTermCodes(value)) throw new Unfit('one of its semesters has a term code that is not four digits')
  return { value, cleaned, stripped }
}

function isUnstorable(text: string): boolean {
  return MAY_NEED_CLEANING.test(text) || !text.isWellFormed()
}

function clean(value: JsonObject): boolean {
  const cleaning: Cleaning = { unstorable: false }
  cleanInPlace(value, cleaning, storableText)
  return cleaning.unstorable
}

function requireOwnId(personId: JsonValue | undefined, buid: string): void {
  if (personId === undefined || personId === null || personId === '') throw new Unfit('it has no personid')
  if (toBuid(personId) !== buid) throw new Unfit('its personid is not the one that was asked for')
}
