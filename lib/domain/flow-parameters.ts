import { recipeParameters } from './catalogue-recipe-contracts.ts'
import { isRecord, knownKeysAt } from './catalogue-schema-keys.ts'
import { recipeInWords } from './recipe-in-words.ts'

/**
 * The names, in order, of what one run of a flow may be told: by the JSON Schema stored with the catalogue, or, of a flow without code,
 * what all of them take. `written` is its entry in the stored document.
 */
export function parameterNames(flow: string, schema: unknown, written: unknown): string[] {
  if (recipeInWords(written) !== null) return Object.keys(recipeParameters.shape).sort()
  return isRecord(schema) ? knownKeysAt(schema, ['flows', flow, 'parameters'], undefined).sort() : []
}
