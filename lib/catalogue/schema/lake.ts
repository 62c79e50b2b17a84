import { z } from 'zod'

const ROLE = /^[a-z_][a-z0-9_]{0,62}$/
const PLACE = /^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/
const REFERENCE = /^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$/

const place = z.string().regex(PLACE, 'is neither a schema of the lake nor a table; write <schema> or <schema>.<table>')
const roleName = z
  .string()
  .regex(ROLE, 'cannot be used as a role: begin with a small letter and use small letters, digits and "_", at most 63')
  .refine((name) => !name.startsWith('pg_') && name !== 'public', 'is a name that PostgreSQL keeps for itself')

const roleSchema = z.strictObject({
  password: z.string().regex(REFERENCE, 'must be a reference: "${REPORTING_PASSWORD}", or file:/path').describe('"${REPORTING_PASSWORD}"'),
  reads: z
    .array(place)
    .min(1, 'must hold at least one schema or table')
    .describe('What it may read, and nothing else: schemas, with all tables that come, or single tables.'),
})

/** The database that flows load into, as far as it is declared. */
export const lakeSchema = z.strictObject({
  roles: z
    .record(roleName, roleSchema)
    .default({})
    .describe('Accounts of the server that read the lake; `tidemark lake prepare` makes those that are missing and tries each.'),
})
export type WrittenLakeRole = z.infer<typeof roleSchema>
