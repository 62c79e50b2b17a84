import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { isJsonObject, type JsonObject } from '#lib/domain/values/json.ts'
import type { SnapLogicSettings } from './settings.ts'
import { callTask, readElements, systemOf, throwErrorDocument } from './task-call.ts'

/** The documents of any task, for flows without code. Empty objects, which pipelines are known to send, are left out; an error document
 * throws. */
export async function* readDocuments(
  connection: Connection<SnapLogicSettings>,
  parameters: Record<string, string>,
): AsyncGenerator<JsonObject> {
  const system = systemOf(connection)
  const body = await callTask(connection, { parameters })
  for await (const text of readElements(system, body, 'documents')) {
    const document = parseAnswer(system, text)
    if (!isJsonObject(document)) throw refusedAnswer(system, 'an element of it is not a document')
    throwErrorDocument(system, document, 'documents')
    if (Object.keys(document).length > 0) yield document
  }
}
