import { z } from 'zod'
import type { DocumentPath } from '#lib/catalogue/parse/node.ts'

export type JsonSchema = Record<string, unknown>

/** True for a plain object: a map as JSON and YAML know it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON Schema of what people write (not of what parsing makes of it), in the dialect editors read best. */
export function toWrittenSchema(schema: z.ZodType): JsonSchema {
  const {
    $schema: _dialect,
    definitions: _cycles,
    ...rest
  } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutReferences(value)]))
}

/** What refers to itself (any JSON) would point outside once this schema stands in another one: anything goes there. */
function withoutReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutReferences)
  if (!isRecord(schema)) return schema
  if (typeof schema['$ref'] === 'string') return {}
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutReferences(value)]))
}

/** `{ kind: const }` branches that contradict what is written are not meant. */
function contradicts(schema: JsonSchema, written: unknown): boolean {
  if (!isRecord(written) || !isRecord(schema['properties'])) return false
  return Object.entries(schema['properties']).some(([key, property]) => {
    return isRecord(property) && 'const' in property && written[key] !== undefined && written[key] !== property['const']
  })
}

function branches(schema: unknown, written: unknown): JsonSchema[] {
  if (!isRecord(schema)) return []
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (Array.isArray(schema[word]) ? schema[word] : []))
  return [schema, ...alternatives.flatMap((branch) => branches(branch, written))].filter((branch) => !contradicts(branch, written))
}

function step(schema: JsonSchema, key: string | number): unknown {
  if (typeof key === 'number') return schema['items']
  const properties = schema['properties']
  return (isRecord(properties) ? properties[key] : undefined) ?? schema['additionalProperties']
}

/** What may stand at a path, every alternative by itself, given what is written there. */
export function schemasAt(schema: JsonSchema, path: DocumentPath, written?: unknown): JsonSchema[] {
  let here = branches(schema, path.length === 0 ? written : undefined)
  path.forEach((key, i) => {
    const value = i === path.length - 1 ? written : undefined
    here = here.flatMap((branch) => branches(step(branch, key), value))
  })
  return here
}

/** The keys a schema knows at a path, given what is written there; empty where anything goes. */
export function knownKeysAt(schema: JsonSchema, path: DocumentPath, written: unknown): string[] {
  const known = schemasAt(schema, path, written).map((branch) => branch['properties'])
  return [...new Set(known.flatMap((properties) => (isRecord(properties) ? Object.keys(properties) : [])))]
}

/** Whether a map schema names its keys, so that another one is a slip of the pen. */
export function isClosed(schema: JsonSchema): boolean {
  const maps = branches(schema, undefined).filter((branch) => branch['type'] === 'object')
  return maps.length > 0 && maps.every((map) => map['additionalProperties'] === undefined || map['additionalProperties'] === false)
}
