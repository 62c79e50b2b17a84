/** The types a column of a flow without code may be given. */
export const COLUMN_TYPES = ['text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'json'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** A column as it is loaded; without a type its values stay as they come, and a table keeps them as text. */
export interface Column {
  name: string
  type: ColumnType | null
}

/** A column as it is written under `select`: a field, or a field and what becomes of its value. */
export type WrittenColumn =
  | string
  | {
      from: string
      type?: ColumnType | undefined
      default?: string | number | boolean | null | undefined
      epoch?: 's' | 'ms' | undefined
      zone?: string | undefined
    }

/** Columns every loaded table has besides those of the answer. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['loaded_at', 'run_id'])

/** Columns PostgreSQL has in every table. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])

/** True for names no loaded column may have, because Tidemark or PostgreSQL fills them. */
export function isTakenColumn(name: string): boolean {
  return OWN_COLUMNS.has(name) || SYSTEM_COLUMNS.has(name) || name.startsWith('tidemark_')
}

const PLAIN = /^[a-z_][a-z0-9_]{0,62}$/

/** True for names that need no quotes in SQL, whatever is done to them: small letters, digits and "_", at most 63. */
export function isPlainIdentifier(name: string): boolean {
  return PLAIN.test(name)
}
