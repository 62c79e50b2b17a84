import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { streamJson } from '#lib/records/read/json-stream.ts'
import { throwErrorDocument } from './task-call.ts'

const MEMBERS_BYTES_MAX = 1_000_000

/** The elements of the array a task answers with, each as its text. An object instead of the array is an error, or nothing we know. */
export async function* readElements(system: string, body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<string> {
  const members: JsonObject = {}
  let bytes = 0
  for await (const piece of streamJson(system, body, (path) => path.length === 0)) {
    const [key] = piece.path
    if (piece.kind === 'end') {
      if (piece.isList) continue
      throwErrorDocument(system, members, what)
      throw refusedAnswer(system, 'it is an object, not a list')
    }
    if (key === undefined) throw refusedAnswer(system, 'it is not a list')
    if (typeof key === 'number') yield piece.text
    else {
      bytes += piece.text.length
      if (bytes > MEMBERS_BYTES_MAX) throw refusedAnswer(system, 'it is an object, not a list')
      members[key] = parseAnswer(system, piece.text)
    }
  }
}
