import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { ExactNumber, isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { type PersonRecord, toPersonRecord } from './person-record.ts'
import type { SnapLogicSettings } from './settings.ts'
import { callTask, readElements, systemOf, throwErrorDocument } from './task-call.ts'

const OBJECTS = "['student','affiliate','faculty','employee']"

/** The people a task sends, in its order, empty objects left out; throws when cut off. Who did not come is for the caller to see. */
export async function* readPeople(connection: Connection<SnapLogicSettings>, rows: readonly PersonRow[]): AsyncGenerator<PersonRecord> {
  const system = systemOf(connection)
  const parameters = { objects: OBJECTS, csEnv: connection.settings.csEnv }
  const body = await callTask(connection, { parameters, body: { uidCarTerm: toPseudoJson(rows) } })
  for await (const text of readElements(system, body, 'people')) {
    const record = toPersonRecord(system, text)
    if (record.kind === 'dropped') throwIfError(system, text)
    yield record
  }
}

function throwIfError(system: string, text: string): void {
  const value = parseAnswer(system, text)
  if (isJsonObject(value)) throwErrorDocument(system, value, 'people')
  else if (Array.isArray(value)) throw refusedAnswer(system, 'a list stands where a person should be')
}

export type PersonRow = Record<string, JsonValue>

const COLUMN = /^[A-Za-z_]\w*$/
// What could end a value for a reader without escapes.
const UNSAFE = /["\\\p{Cc}\u2028\u2029]/u

/** The rows as the person task wants them: `[{BUID:"U90000001",STRM:"2267"}]`. Its reader knows no escapes, so an unsafe value is
 * refused rather than changed. `CAMPUS_ID` is called `BUID`, the row number is left out, values are spelt as Python spells them. */
export function toPseudoJson(rows: readonly PersonRow[]): string {
  return `[${rows.map(toObject).join(',')}]`
}

function toObject(row: PersonRow): string {
  const { 'attr:rownumber': _number, CAMPUS_ID: campusId, ...columns } = row
  const all = { BUID: columns['BUID'] ?? campusId ?? null, ...columns }
  if (all.BUID === null || all.BUID === '') throw unfit('a row names nobody: its BUID is missing')
  return `{${Object.entries(all)
    .map(([column, value]) => toField(column, value))
    .join(',')}}`
}

function toField(column: string, value: JsonValue): string {
  if (!COLUMN.test(column)) throw unfit(`a column is called "${column.slice(0, 40)}", which is not a plain name`)
  if (value === null) return `${column}:"None"`
  if (typeof value === 'boolean') return `${column}:"${value ? 'True' : 'False'}"`
  if (Array.isArray(value) || isJsonObject(value)) throw unfit(`the column ${column} holds a list or an object instead of a value`)
  const text = value instanceof ExactNumber ? value.text : String(value)
  if (UNSAFE.test(text)) throw unfit(`a value of the column ${column} holds a quote, a backslash or a control character`)
  return `${column}:"${text}"`
}

// The value is somebody's data and stays out of the message.
function unfit(because: string): TidemarkError {
  return new TidemarkError('invalid', {
    publicMessage: `The person task cannot be asked: ${because}. The pipeline takes no escapes; correct the row at its source.`,
  })
}
