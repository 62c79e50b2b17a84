import { isRecord, type JsonSchema, schemasAt, toWrittenSchema } from '#lib/catalogue/schema/schema-keys.ts'
import { isTooDeep } from '#lib/domain/values/json.ts'
import { declaredParametersOf } from './declared-flow-in-words.ts'

/** One thing a form asks for; what is left empty is left to the catalogue and the flow. */
export interface ParameterField {
  name: string
  kind: 'switch' | 'number' | 'choice' | 'date' | 'list' | 'text' | 'json'
  description: string | null
  /** What the flow takes by itself, as text. */
  preset: string | null
  /** Of a choice. */
  choices: string[]
}

/** Has a button of its own. */
const ASKED_OTHERWISE = ['dryRun', 'replay']

/** What a form for one run of a flow asks for, by the schema stored with the catalogue; dates, as of a range, first. */
export function parameterFields(flow: string, schema: unknown, written: unknown): ParameterField[] {
  const declared = declaredParametersOf(written)
  const maps = declared !== null ? [toWrittenSchema(declared)] : isRecord(schema) ? schemasAt(schema, ['flows', flow, 'parameters']) : []
  const properties = maps.flatMap((map) => (isRecord(map['properties']) ? Object.entries(map['properties']) : []))
  const fields = properties.flatMap(([name, property]) =>
    isRecord(property) && !ASKED_OTHERWISE.includes(name) ? [fieldOf(name, property)] : [],
  )
  return [...fields.filter(({ kind }) => kind === 'date'), ...fields.filter(({ kind }) => kind !== 'date')]
}

function fieldOf(name: string, property: JsonSchema): ParameterField {
  const choices = Array.isArray(property['enum']) ? property['enum'].map(String) : []
  const preset = property['default']
  return {
    name,
    kind: choices.length > 0 ? 'choice' : kindOf(property),
    description: typeof property['description'] === 'string' ? property['description'] : null,
    preset: preset === undefined ? null : typeof preset === 'string' ? preset : JSON.stringify(preset),
    choices,
  }
}

function kindOf(property: JsonSchema): ParameterField['kind'] {
  switch (property['type']) {
    case 'boolean':
      return 'switch'
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return isRecord(property['items']) && property['items']['type'] === 'string' ? 'list' : 'json'
    case 'string':
      return property['format'] === 'date' ? 'date' : 'text'
    default:
      return 'json'
  }
}

/** What was written into a form, as the values a run is told; a field that is empty tells nothing. Whether they fit is for the flow's schema to say. */
export function readParameterFields(
  fields: readonly ParameterField[],
  written: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = written[field.name]
      return typeof text === 'string' && text.trim() !== '' ? [[field.name, told(field, text.trim())]] : []
    }),
  )
}

function told({ kind }: ParameterField, text: string): unknown {
  if (kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text)
  if (kind === 'switch') return text === 'true' ? true : text === 'false' ? false : text
  if (kind === 'list')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  if (kind !== 'json') return text
  try {
    const value: unknown = JSON.parse(text)
    return isTooDeep(value) ? text : value
  } catch {
    return text
  }
}
