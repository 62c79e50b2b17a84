import { cleanInPlace, storableText } from '#jobs/flows/documents/clean-text.ts'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { type Content, type DocumentRow, documentRow, unstorableReason } from '#jobs/flows/documents/document-row.ts'
import { isJsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import { type IncomingPerson, toBuid } from './incoming-person.ts'
import { hasOnlyTermCodes } from './semester-codes.ts'
import type { PersonKey } from './store/person-tables.ts'
import { mayBeSensitive, stripSensitive } from './strip-sensitive.ts'

/** A person who was found usable. */
export interface PersonRow extends DocumentRow<PersonKey> {
  /** Sensitive fields were taken out. */
  stripped: boolean
}

/** A person who was put aside, with the reason in words. */
export interface RefusedPerson {
  key: PersonKey
  groups: readonly string[]
  refused: string
}

// A text that may hold a NUL or half a character, as JSON spells them.
const MAY_NEED_CLEANING = /\\u(?:0000|[dD][89a-fA-F])/

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
  return error instanceof Unfit ? error.message : unstorableReason(error)
}

function groupsOf(person: IncomingPerson): readonly string[] {
  return person.populations.length < 2 ? person.populations : [...new Set(person.populations)].sort()
}

interface ReadPerson extends Content {
  stripped: boolean
}

function toRow(
  person: IncomingPerson,
  read: Pick<PersonRow, 'source' | 'hash'> & { content: ReadPerson | undefined },
  curation: Curation,
): PersonRow {
  const row = documentRow({ key: { buid: person.buid }, groups: groupsOf(person), ...read }, () => readContent(person), curation)
  return { ...row, stripped: read.content?.stripped ?? false }
}

/** The stored text is what came unless something was taken out. */
function readContent({ buid, text }: IncomingPerson): ReadPerson {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new Unfit('it is not an object')
  const stripped = mayBeSensitive(text) && stripSensitive(value) > 0
  const cleaned = isUnstorable(text) && cleanInPlace(value, storableText)
  requireOwnId(value['personid'], buid)
  if (!hasOnlyTermCodes(value)) throw new Unfit('one of its semesters has a term code that is not four digits')
  return { value, cleaned, stripped, document: () => (stripped || cleaned ? JSON.stringify(value) : text) }
}

function isUnstorable(text: string): boolean {
  return MAY_NEED_CLEANING.test(text) || !text.isWellFormed()
}

function requireOwnId(personId: JsonValue | undefined, buid: string): void {
  if (personId === undefined || personId === null || personId === '') throw new Unfit('it has no personid')
  if (toBuid(personId) !== buid) throw new Unfit('its personid is not the one that was asked for')
}
