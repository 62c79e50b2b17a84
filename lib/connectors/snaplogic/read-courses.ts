import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { isJsonObject, type JsonObject } from '#lib/domain/values/json.ts'
import { type JsonPath, type JsonPiece, streamJson } from '#lib/records/read/json-stream.ts'
import type { SnapLogicSettings } from './settings.ts'
import { callTask, systemOf, throwErrorDocument } from './task-call.ts'

/** A course as the task sent it (`text`), with the details of its group; `dropped`: an element that holds nothing. */
type CourseRecord = { kind: 'course'; termDetails: string; text: string } | { kind: 'dropped'; reason: string }

/** A term that never exists: the cheapest question the task can be asked. */
export const NO_TERM = '0000'

const GROUP_BYTES_MAX = 1_000_000

/** The courses of a term. The task answers 200 before its pipeline ends: an error inside the array, or a cut answer, throws after what
 * came before. */
export async function* readCourses(connection: Connection<SnapLogicSettings>, term: string): AsyncGenerator<CourseRecord> {
  const parameters = { term, csEnv: connection.settings.csEnv }
  yield* readGroups(systemOf(connection), await callTask(connection, { parameters }))
}

const isEntered = (path: JsonPath) => path.length < 2 || (path.length === 2 && path[1] === 'courses')

async function* readGroups(system: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<CourseRecord> {
  let group = new Group(system)
  for await (const piece of streamJson(system, body, isEntered)) {
    const [index, member] = piece.path
    if (typeof index !== 'number') group.root(piece)
    else if (member === undefined && piece.kind === 'end') {
      yield* group.end()
      group = new Group(system)
    } else yield* group.take(piece)
  }
}

/** One element of the array; its courses wait only if the term details come after them. */
class Group {
  readonly #system: string
  readonly #members: JsonObject = {}
  #termDetails: string | undefined
  #waiting: string[] = []
  #courses = 0
  #bytes = 0

  constructor(system: string) {
    this.#system = system
  }

  *take(piece: JsonPiece): Generator<CourseRecord> {
    const [index, member, position] = piece.path
    if (piece.kind === 'end') return
    if (member === undefined) yield { kind: 'dropped', reason: `element ${index} is not a group of courses` }
    else if (typeof member === 'number') throw refusedAnswer(this.#system, `element ${index} is a list`)
    else if (position === undefined) yield* this.#member(member, piece.text)
    else if (typeof position === 'string') throw refusedAnswer(this.#system, 'the courses of a group are not a list')
    else yield* this.#course(piece.text)
  }

  /** The end of the array, or an object in its place: an error. */
  root(piece: JsonPiece): void {
    const [key] = piece.path
    if (key === undefined && piece.kind === 'value') throw refusedAnswer(this.#system, 'it is not a list')
    if (typeof key === 'string' && piece.kind === 'value') this.#members[key] = parseAnswer(this.#system, piece.text)
    if (key !== undefined || piece.kind === 'value' || piece.isList) return
    throwErrorDocument(this.#system, this.#members, 'courses')
    throw refusedAnswer(this.#system, 'it is an object, not a list')
  }

  *#member(key: string, text: string): Generator<CourseRecord> {
    if (key === 'termDetails') {
      this.#termDetails = text
      yield* this.#flush(text)
    } else if (key !== 'courses') {
      this.#bytes += text.length
      if (this.#bytes > GROUP_BYTES_MAX) throw refusedAnswer(this.#system, 'a group is larger than anything real')
      this.#members[key] = parseAnswer(this.#system, text)
    } else if (text !== 'null') throw refusedAnswer(this.#system, 'the courses of a group are not a list')
  }

  *#course(text: string): Generator<CourseRecord> {
    this.#courses += 1
    if (!text.startsWith('{') || /^\{\s*\}$/.test(text))
      yield { kind: 'dropped', reason: 'an empty object stands where a course should be' }
    else if (this.#termDetails === undefined) this.#waiting.push(text)
    else yield { kind: 'course', termDetails: this.#termDetails, text }
  }

  *end(): Generator<CourseRecord> {
    throwErrorDocument(this.#system, this.#members, 'courses')
    yield* this.#flush('null')
    if (this.#courses === 0 && this.#termDetails === undefined)
      yield { kind: 'dropped', reason: 'an empty object stands where a group should be' }
  }

  *#flush(termDetails: string): Generator<CourseRecord> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const text of waiting) yield { kind: 'course', termDetails, text }
  }
}

export function isCourseRecord(value: unknown): value is CourseRecord {
  return isJsonObject(value) && (value['kind'] === 'dropped' || (value['kind'] === 'course' && typeof value['text'] === 'string'))
}
