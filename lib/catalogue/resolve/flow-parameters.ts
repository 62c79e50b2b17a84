import { z } from 'zod'
import { isRecord, type JsonSchema, knownKeysAt, schemasAt } from '#lib/catalogue/schema/schema-keys.ts'
import { dateRangeOf, rangeProblem } from './date-range.ts'
import { declaredParametersOf } from './declared-flow-in-words.ts'
import { parameterFields } from './parameter-fields.ts'

/**
 * The names, in order, of what one run of a flow may be told: by the JSON Schema stored with the catalogue, or, of a flow without code,
 * what all of them take. `written` is its entry in the stored document.
 */
export function parameterNames(flow: string, schema: unknown, written: unknown): string[] {
  const declared = declaredParametersOf(written)
  if (declared !== null) return Object.keys(declared.shape).sort()
  return isRecord(schema) ? knownKeysAt(schema, ['flows', flow, 'parameters'], undefined).sort() : []
}

/** Why a run of a flow cannot be told these parameters, in words; null when it can, or when no schema is stored yet. */
export function parameterProblem(flow: string, schema: unknown, written: unknown, parameters: Record<string, unknown>): string | null {
  if (!isRecord(schema)) return null
  const names = parameterNames(flow, schema, written)
  const unknown = Object.keys(parameters).filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    const takes = names.length === 0 ? 'It takes none' : `It takes ${names.join(', ')}`
    return `The flow ${flow} has no parameter ${unknown.join(', ')}. ${takes}.`
  }
  const parsed = valuesSchema(flow, schema, written).safeParse(parameters)
  if (!parsed.success) return misfitInWords(parsed.error)
  const range = dateRangeOf(parameterFields(flow, schema, written))
  return range === null ? null : rangeProblem(range, parameters)
}

/** What each of the values that do not fit should be. */
export function misfitInWords(error: z.ZodError): string {
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'parameters'}: ${message}`)
  return `These parameters do not fit: ${problems.join('; ')}.`
}

/** What a run is not told, the catalogue or the flow itself sets: nothing is required here. */
function valuesSchema(flow: string, schema: JsonSchema, written: unknown): z.ZodType {
  const declared = declaredParametersOf(written)
  if (declared !== null) return declared
  const maps = schemasAt(schema, ['flows', flow, 'parameters']).filter((map) => isRecord(map['properties']))
  const properties = Object.assign({}, ...maps.map((map) => map['properties']))
  return z.fromJSONSchema({ type: 'object', properties })
}
