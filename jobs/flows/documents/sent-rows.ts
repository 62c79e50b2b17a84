import { type DocumentTables, type KeyFields, keyColumns } from './tables.ts'

/** More columns of rows that go along as parameters, by name. */
export type SentColumns = Record<string, { type: 'text' | 'int'; values: readonly (string | number)[] }>

export interface SentRows {
  /** The rows as a table `b`: the key columns, the further ones, and `n`, the place of the row from 1 on. */
  from: string
  /** What `from` and everything bound needs. */
  values: unknown[]
  /** The mark of one more parameter. */
  bind(value: unknown): string
}

/** Rows that are sent to the lake as parameters of one statement, whatever their key is made of. */
export function sentRows<Key extends KeyFields<Key>>(
  tables: DocumentTables<Key>,
  keys: readonly Key[],
  columns: SentColumns = {},
): SentRows {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const arrays = tables.keys.map(({ field, type }) => `${bind(keys.map((key) => key[field]))}::${type}[]`)
  for (const column of Object.values(columns)) arrays.push(`${bind(column.values)}::${column.type}[]`)
  const names = [...keyColumns(tables), ...Object.keys(columns), 'n']
  return { from: `unnest(${arrays.join(', ')}) with ordinality as b (${names.join(', ')})`, values, bind }
}
