import type { IndexField } from '#lib/connectors/kit/index-build.ts'
import type { ColumnType } from '#lib/domain/values/column-type.ts'

/** Longer texts are found by their words alone. */
const WHOLE_TEXT_MAX = 256

const FIELDS: Record<ColumnType, object> = {
  text: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: WHOLE_TEXT_MAX } } },
  integer: { type: 'long' },
  number: { type: 'double' },
  boolean: { type: 'boolean' },
  date: { type: 'date', format: 'strict_date' },
  timestamp: { type: 'date', format: 'strict_date_optional_time_nanos' },
  // Its fields may be anything, and many: it is kept and shown, and not searched.
  json: { type: 'object', enabled: false },
}

/** The fields of an index as the types of columns have them; what tells documents apart is found as a whole. Columns without a type are left to their values. */
export function propertiesOf(fields: readonly IndexField[]): Record<string, object> {
  const known = fields.flatMap(({ name, type, isKey }): [string, object][] => {
    if (isKey && (type === null || type === 'text')) return [[name, { type: 'keyword' }]]
    return type === null ? [] : [[name, FIELDS[type]]]
  })
  return Object.fromEntries(known)
}
