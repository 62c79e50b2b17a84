import { z } from 'zod'

/** The types a field of an index may be given; Elasticsearch knows `flattened`, OpenSearch `flat_object`. */
export const INDEX_TYPES = [
  'text',
  'keyword',
  'wildcard',
  'match_only_text',
  'search_as_you_type',
  'byte',
  'short',
  'integer',
  'long',
  'unsigned_long',
  'float',
  'half_float',
  'double',
  'scaled_float',
  'boolean',
  'date',
  'date_nanos',
  'ip',
  'version',
  'geo_point',
  'geo_shape',
  'object',
  'nested',
  'flattened',
  'flat_object',
] as const
export type IndexType = (typeof INDEX_TYPES)[number]

const type = z.enum(INDEX_TYPES)

/** How a field is kept, as people write it: a type, or what Elasticsearch takes as the mapping of a field. */
const fieldMappingSchema = z
  .union([
    type.transform((name) => ({ type: name })),
    z.looseObject({ type: type.optional(), properties: z.record(z.string(), z.unknown()).optional() }),
  ])
  .refine((field) => field.type !== undefined || field.properties !== undefined, 'must name a type, or "properties"')

/** What may stand under `mapping` of an index, by columns. */
export const indexMappingSchema = z
  .record(z.string(), fieldMappingSchema)
  .describe(
    'Column → how the index keeps it, "keyword" or { type: scaled_float, scaling_factor: 100 }; counts before what the contract and "select" say.',
  )
export type IndexMapping = z.infer<typeof indexMappingSchema>

/** The type of a mapped field: one with fields of its own is an object. */
export function typeOfMapping({ type: named }: IndexMapping[string]): IndexType {
  return named ?? 'object'
}
