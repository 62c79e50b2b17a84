import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type JsonValue, parseJson } from '#lib/domain/values/json.ts'

/** An answer that came whole and cannot be used; asking again would bring the same. `because` names nobody. */
export function refusedAnswer(system: string, because: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `The answer of ${system} cannot be used: ${because}.` })
}

/** A piece of an answer as a value, no digit lost; refused when it is not JSON. */
export function parseAnswer(system: string, text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    // What the parser says quotes the text, and with it perhaps somebody's data.
    throw refusedAnswer(system, text.trimStart().startsWith('<') ? 'it is a web page or XML, not JSON' : 'it is not JSON')
  }
}
