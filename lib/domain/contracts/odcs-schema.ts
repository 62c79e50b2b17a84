import { z } from 'zod'
import { FIELD_FAMILIES } from './field-type.ts'

const text = z.string().trim().min(1, 'must not be empty')

export interface OdcsProperty {
  name?: string | undefined
  physicalName?: string | undefined
  physicalType?: string | undefined
  logicalType?: (typeof FIELD_FAMILIES)[number] | undefined
  logicalTypeOptions?: { maxLength?: number | undefined; timezone?: boolean | undefined; format?: string | undefined } | undefined
  description?: string | undefined
  classification?: string | undefined
  tags?: string[] | undefined
  required?: boolean | undefined
  unique?: boolean | undefined
  primaryKey?: boolean | undefined
  quality?: unknown
  properties?: OdcsProperty[] | undefined
  /** What an element of a list is; it needs no name. */
  items?: OdcsProperty | undefined
}

const itemSchema: z.ZodType<OdcsProperty> = z.looseObject({
  name: text.optional(),
  physicalName: text.optional(),
  physicalType: text.optional(),
  logicalType: z.enum(FIELD_FAMILIES).optional(),
  logicalTypeOptions: z
    .looseObject({ maxLength: z.number().optional(), timezone: z.boolean().optional(), format: z.string().optional() })
    .optional(),
  description: z.string().optional(),
  classification: z.string().optional(),
  tags: z.array(z.string()).optional(),
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  primaryKey: z.boolean().optional(),
  quality: z.unknown().optional(),
  get properties() {
    return z.array(propertySchema).optional()
  },
  get items() {
    return itemSchema.optional()
  },
})

const propertySchema = itemSchema.refine(({ name }) => name !== undefined, { path: ['name'], message: 'is missing; give the field a name' })

const entitySchema = z.looseObject({
  name: text,
  physicalName: text.optional(),
  description: z.string().optional(),
  properties: z.array(propertySchema).default([]),
})

const memberSchema = z.looseObject({ username: text, role: z.string().optional(), name: z.string().optional() })
const namedValueSchema = z.looseObject({ property: text, value: z.unknown().optional() })

const levelSchema = namedValueSchema.extend({
  unit: z.string().optional(),
  element: z.string().optional(),
  scheduler: z.string().optional(),
  schedule: z.string().optional(),
})

/** Our own key: when a contract at an address took the place of another. It is no part of what the address said. */
export const FIRST_SEEN = 'firstSeenAt'

/** A document of the Open Data Contract Standard, versions 3.x, as far as it is read here; what is not stays as it is written. */
export const odcsSchema = z.looseObject({
  apiVersion: z.string().regex(/^v3\.\d+\.\d+$/, 'is no version of the Open Data Contract Standard that is read here; write v3.1.0'),
  kind: z.literal('DataContract', 'must be DataContract'),
  id: text,
  version: text,
  status: text,
  name: z.string().optional(),
  schema: z.array(entitySchema).min(1, 'must hold at least one entity'),
  team: z
    .union([z.array(memberSchema), z.looseObject({ name: z.string().optional(), members: z.array(memberSchema).optional() })])
    .optional(),
  slaDefaultElement: z.string().optional(),
  slaProperties: z.array(levelSchema).optional(),
  customProperties: z.array(namedValueSchema).optional(),
  [FIRST_SEEN]: z.iso.datetime().optional(),
})

export type OdcsDocument = z.infer<typeof odcsSchema>
