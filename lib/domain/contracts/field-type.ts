/** What a value of a field is, as far as contracts tell one type from another; the words of ODCS. */
export const FIELD_FAMILIES = ['string', 'integer', 'number', 'boolean', 'date', 'time', 'timestamp', 'object', 'array'] as const
export type FieldFamily = (typeof FIELD_FAMILIES)[number]

/** A type as any system writes it; null: nobody told. */
export interface FieldType {
  family: FieldFamily
  /** Of integers, how wide. */
  bits: number | null
  lengthMax: number | null
  /** Of a time stamp: whether it knows its zone. */
  isZoned: boolean | null
  /** It may hold an object or a list. */
  isOpen?: true
}

const INTEGER_BITS = new Map([
  ['tinyint', 8],
  ['smallint', 16],
  ['int2', 16],
  ['short', 16],
  ['mediumint', 24],
  ['int', 32],
  ['int4', 32],
  ['integer', 32],
  ['serial', 32],
  ['bigint', 64],
  ['int8', 64],
  ['int64', 64],
  ['long', 64],
  ['bigserial', 64],
])

const FAMILIES: readonly [RegExp, FieldFamily][] = [
  [/\[\]$|^(array|list)\b/, 'array'],
  [/^(json|jsonb|struct|record|object|map|row|variant|super)\b/, 'object'],
  [/^(bool|boolean|bit)\b/, 'boolean'],
  [/^(timestamp|timestamptz|timestamp_ntz|timestamp_ltz|timestamp_tz|datetime|datetime2|datetimeoffset|smalldatetime)\b/, 'timestamp'],
  [/^date\b/, 'date'],
  [/^(time|timetz)\b/, 'time'],
  [/^(numeric|decimal|number|float|float4|float8|float64|double|double precision|real|money|bignumeric)\b/, 'number'],
  [
    /^(character varying|character|varchar|varchar2|nvarchar|nvarchar2|char|nchar|bpchar|text|tinytext|mediumtext|longtext|ntext|string|clob|citext|uuid|enum|name)\b/,
    'string',
  ],
]

/** Documents, whatever they hold. */
const OPEN = /^(json|jsonb|variant|super)$/

/** Reads a type as a database, dbt, OpenLineage or ODCS writes it; null for what nobody can tell. */
export function readFieldType(text: string | null | undefined): FieldType | null {
  const written = text?.trim().toLowerCase() ?? ''
  if (written === '') return null
  const bare = written.replace(/\(.*\)/, '').trim()
  const sized = /\((\d+)\)/.exec(written)
  const isUnsized = written.endsWith('[]')
  const bits = isUnsized ? undefined : INTEGER_BITS.get(bare)
  if (bits !== undefined) return { family: 'integer', bits, lengthMax: null, isZoned: null }
  const family = FAMILIES.find(([pattern]) => pattern.test(bare))?.[1]
  if (family === undefined) return null
  const lengthMax = family === 'string' && sized !== null ? Number(sized[1]) : null
  const isZoned = family === 'timestamp' ? isZonedStamp(bare) : null
  return { family, bits: null, lengthMax, isZoned, ...(OPEN.test(bare) && { isOpen: true as const }) }
}

function isZonedStamp(bare: string): boolean | null {
  if (/without time zone|_ntz|^datetime2?$|smalldatetime/.test(bare)) return false
  return /with (local )?time zone|tz$|_ltz|offset/.test(bare) ? true : null
}

/** How the second type differs from the first, as it is promised; null where it does not, or nobody can tell. */
export function typeChange(promised: FieldType | null, found: FieldType | null): 'changed' | 'narrowed' | 'widened' | 'zone' | null {
  if (promised === null || found === null) return null
  if (promised.family !== found.family) {
    if ([promised, found].every((type) => type.isOpen === true || type.family === 'array')) return null
    const families = `${promised.family} ${found.family}`
    if (families === 'integer number') return 'widened'
    return families === 'number integer' ? 'narrowed' : 'changed'
  }
  if (promised.isZoned !== null && found.isZoned !== null && promised.isZoned !== found.isZoned) return 'zone'
  return sizeChange(promised.bits, found.bits) ?? sizeChange(promised.lengthMax, found.lengthMax)
}

function sizeChange(promised: number | null, found: number | null): 'narrowed' | 'widened' | null {
  if (promised === null || found === null || promised === found) return null
  return found < promised ? 'narrowed' : 'widened'
}
