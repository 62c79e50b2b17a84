import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { type PersonRecord, toPersonRecord } from './person-record.ts'
import { type PersonRow, toPseudoJson } from './pseudo-json.ts'
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
