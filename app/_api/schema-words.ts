import { z } from 'zod'

const schemaSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
})

/** A piece of words; `ref` leads to the shape of that name. */
export interface Piece {
  words: string
  ref?: string
}

/** What a JSON schema allows, in words: `list of Asset`, `one of json, ndjson`, `whole number from 1 to 1000`. */
export function schemaInWords(given: unknown): Piece[] {
  if (typeof given === 'boolean') return [{ words: given ? 'anything' : 'nothing' }]
  const schema = schemaSchema.parse(given ?? {})
  const ref = /\/(\w+)$/.exec(schema.$ref ?? '')?.[1]
  if (ref !== undefined) return [{ words: ref, ref }]
  if (schema.anyOf !== undefined) return joined(schema.anyOf.map(schemaInWords), ' or ')
  if (schema.enum !== undefined) return [{ words: `one of ${schema.enum.map(String).join(', ')}` }]
  if (schema.const !== undefined) return [{ words: String(schema.const) }]
  if (schema.prefixItems !== undefined) return [{ words: 'list of ' }, ...joined(schema.prefixItems.map(schemaInWords), ', then ')]
  return ofType(schema)
}

function ofType(schema: z.infer<typeof schemaSchema>): Piece[] {
  const types = [schema.type ?? []].flat()
  if (types.includes('array')) return [{ words: 'list of ' }, ...schemaInWords(schema.items)]
  if (types.includes('object')) return ofObject(schema)
  if (schema.format === 'date-time') return [{ words: 'instant' }]
  const range =
    schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e9
      ? ` from ${schema.minimum} to ${schema.maximum}`
      : ''
  return [{ words: (types.map((type) => TYPES[type] ?? type).join(' or ') || 'anything') + range }]
}

const TYPES: Record<string, string> = { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false', null: 'null' }

function ofObject({ properties, additionalProperties }: z.infer<typeof schemaSchema>): Piece[] {
  if (properties !== undefined) {
    const names = Object.entries(properties).map(([name, schema]) => [{ words: name }, ...itemsInWords(schema)])
    return merged([{ words: '{ ' }, ...joined(names, ', '), { words: ' }' }])
  }
  const isNamed = typeof additionalProperties === 'object'
  return isNamed ? [{ words: 'by name: ' }, ...schemaInWords(additionalProperties)] : [{ words: 'object' }]
}

/** Of a list what it is of, so that one finds its shape. */
function itemsInWords(given: unknown): Piece[] {
  const { type, items } = schemaSchema.parse(given)
  const pieces = type === 'array' ? schemaInWords(items) : []
  return pieces.some(({ ref }) => ref !== undefined) ? [{ words: ': list of ' }, ...pieces] : []
}

function merged(pieces: readonly Piece[]): Piece[] {
  const done: Piece[] = []
  for (const piece of pieces) {
    const last = done.at(-1)
    if (last !== undefined && last.ref === undefined && piece.ref === undefined) done[done.length - 1] = { words: last.words + piece.words }
    else done.push(piece)
  }
  return done
}

function joined(parts: Piece[][], between: string): Piece[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [{ words: between }, ...part]))
}

export interface Field {
  name: string
  type: Piece[]
  description: string | null
  isRequired: boolean
}

/** The members of an object, as a table shows them; none for any other schema. */
export function fieldsOf(given: unknown): Field[] {
  const { properties = {}, required = [] } = schemaSchema.parse(given)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: schemaInWords(property),
    description: schemaSchema.parse(property).description ?? null,
    isRequired: required.includes(name),
  }))
}
