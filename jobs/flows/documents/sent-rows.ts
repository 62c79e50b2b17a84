import { type DocumentTables, type KeyFields, keyColumns } from './tables.ts'

type SentColumns = Record<string, { type: 'text' | 'int'; values: readonly (string | number)[] }>

interface SentRows {
  /** A table expression `b`: key columns, further ones, and `n`, the row's place from 1 on. */
  from: string
  values: unknown[]
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
