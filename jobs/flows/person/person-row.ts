import { cleanInPlace, storableText } from '#jobs/flows/documents/clean-text.ts'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { type Content, type DocumentRow, documentRow, unstorableReason } from '#jobs/flows/documents/document-row.ts'
import { isJsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import { toTermCode } from '#lib/records/term-code.ts'
import { type IncomingPerson, toBuid } from './incoming-person.ts'
import type { PersonKey } from './store/person-tables.ts'
import { mayBeSensitive, stripSensitive } from './strip-sensitive.ts'

export interface PersonRow extends DocumentRow<PersonKey> {
  stripped: boolean
}

export interface RefusedPerson {
  key: PersonKey
  groups: readonly string[]
  refused: string
}

// A NUL or a lone surrogate in JSON's escapes.
const MAY_NEED_CLEANING = /\\u(?:0000|[dD][89a-fA-F])/

/** Reads one person: parsed, sensitive fields and unstorable characters removed, hashed. */
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

/** A person whose text the lake has seen, with this content hash: parsed only if somebody asks for the document. */
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

/** The stored text is what came unless something was removed. */
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

const PATH = ['studentInfo', 'studentSemester', 'studentSemesterInfo', 'academicTerm', 'term', 'code'] as const

/** Whether every semester has a possible term code or none. */
export function hasOnlyTermCodes(document: JsonValue): boolean {
  return codesAt(document, PATH).every((code) => code === null || code === '' || toTermCode(code) !== null)
}

function codesAt(value: JsonValue | undefined, path: readonly string[]): JsonValue[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((one) => codesAt(one, path))
  const [step, ...rest] = path
  if (step === undefined) return [value]
  return isJsonObject(value) ? codesAt(value[step], rest) : []
}
