import { decodeHTMLStrict } from 'entities'
import { type Cleaning, cleanInPlace, storableText } from '#jobs/flows/documents/clean-text.ts'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { type Content, type DocumentRow, documentRow, sourceHash, unstorableReason } from '#jobs/flows/documents/document-row.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { isStorableText } from '#lib/domain/values/storable-text.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import { toTermCode } from '#lib/records/term-code.ts'

// An entity, a NUL or a lone surrogate in JSON's escapes.
const MAY_NEED_CLEANING = /&[#A-Za-z]|\\u00(?:00|26)|\\u[dD][89a-fA-F]/

/** Whether a text must be parsed and cleaned; a search is cheaper than a walk. */
function needsCleaning(text: string): boolean {
  return MAY_NEED_CLEANING.test(text)
}

/** HTML entities with `;` decoded once, NULs removed, lone surrogates replaced. */
function cleanText(text: string, cleaning: Cleaning): string {
  return storableText(text.includes('&') ? decodeHTMLStrict(text) : text, cleaning)
}

export interface CourseKey {
  career: string
  term: number
  courseId: number
  session: string
}

/** A usable course: term details inside, no groups. */
export interface CourseRow extends DocumentRow<CourseKey> {
  id: string
  /** Of two different versions in one answer the one with the smaller rank is kept. */
  rank: string
}

/** A course that was put aside. With a key we know that the source still has it. */
export interface RefusedCourse {
  refused: string
  key: CourseKey | null
}

interface Arrived {
  termDetails: string
  text: string
  term: number
  curation: Curation
  /** The content hash of a course that was sent in exactly these characters, if the lake knows one. */
  hashOf: (source: string) => string | undefined
}

/** Reads one course. Throws SyntaxError when it is not JSON: then the whole answer is broken. */
export function readCourse(arrived: Arrived): CourseRow | RefusedCourse {
  const source = sourceHash(arrived.termDetails, arrived.text)
  const knownHash = arrived.hashOf(source)
  // For a known text only key and rank matter, so digits beyond a double may be lost.
  const course: JsonValue = knownHash === undefined ? parseJson(arrived.text) : JSON.parse(arrived.text)
  const details = parseJson(arrived.termDetails)
  if (!isJsonObject(course)) return { refused: 'it is not an object', key: null }
  const key = readKey(details, course)
  if (typeof key === 'string') return { refused: key, key: null }
  if (key.term !== arrived.term) return { refused: `it belongs to term ${key.term}, but ${arrived.term} was asked for`, key: null }
  try {
    if (knownHash !== undefined) return toRow(arrived, key, course, { source, hash: knownHash, content: undefined })
    const content = toContent(arrived, course, details)
    return toRow(arrived, key, course, { source, hash: contentHash(content.value), content })
  } catch (error) {
    const refused = unstorableReason(error)
    if (refused === undefined) throw error
    return { refused, key }
  }
}

function toRow(
  arrived: Arrived,
  key: CourseKey,
  course: JsonObject,
  read: Pick<CourseRow, 'source' | 'hash'> & { content: Content | undefined },
): CourseRow {
  return {
    ...documentRow({ key, groups: [], ...read }, () => parseContent(arrived), arrived.curation),
    id: idOf(key),
    rank: [rankText(course['department']), rankText(course['number']), read.hash].join('\u0000'),
  }
}

/** The stored document: the course and its group's term details. Clean text is kept as it came. */
function toContent({ text, termDetails }: Arrived, course: JsonObject, details: JsonValue): Content {
  const isBare = Object.keys(course).length === 0
  const value: JsonObject = { ...course, termDetails: details }
  if (needsCleaning(text) || needsCleaning(termDetails)) {
    return { value, cleaned: cleanInPlace(value, cleanText), document: () => JSON.stringify(value) }
  }
  return { value, cleaned: false, document: () => `${text.trimEnd().slice(0, -1)}${isBare ? '' : ','}"termDetails":${termDetails}}` }
}

function parseContent(arrived: Arrived): Content {
  const course = parseJson(arrived.text)
  return toContent(arrived, isJsonObject(course) ? course : {}, parseJson(arrived.termDetails))
}

/** A text ranks the same cleaned and uncleaned. */
function rankText(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanText(String(value), { unstorable: false }) : ''
}

export function idOf(key: CourseKey): string {
  return JSON.stringify([key.career, key.term, key.courseId, key.session])
}

/** The key, or what is wrong with it. A null object counts as missing. */
function readKey(details: JsonValue, course: JsonObject): CourseKey | string {
  const career = shortText(member(details, 'academicCareer'), 4)
  const term = toTermCode(member(member(details, 'term'), 'code'))
  const courseId = integer(member(course['v2'], 'courseId'))
  const session = shortText(member(course['v2'], 'sessionCode'), 3)
  if (career === undefined) return 'academicCareer is not text of at most 4 characters'
  if (term === null) return 'the term code is missing or not four digits'
  if (courseId === undefined) return 'courseId is missing, not a whole number, or too large'
  if (session === undefined) return 'sessionCode is not text of at most 3 characters'
  return { career, term: Number(term), courseId, session }
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined
}

function shortText(value: JsonValue | undefined, longest: number): string | undefined {
  if (value === undefined || value === null) return ''
  const written = typeof value === 'number' ? String(value) : value
  if (typeof written !== 'string' || [...written].length > longest) return undefined
  return isStorableText(written) ? written : undefined
}

function integer(value: JsonValue | undefined): number | undefined {
  const written = typeof value === 'number' ? String(value) : value
  if (typeof written !== 'string' || !/^\s*[+-]?\d+\s*$/.test(written)) return undefined
  const number = Number(written)
  return number >= -2_147_483_648 && number <= 2_147_483_647 ? number : undefined
}
