import { type DocumentTables, type KeyFields, keyColumns } from './tables.ts'

interface SentRows {
  /** A table expression `b`: key columns, further ones, and `n`, the row's place from 1 on. */
  from: string
  values: unknown[]
  bind(value: unknown): string
}

/** Rows that are sent to the lake as parameters of one statement: their keys, and what `columns` take from each. Without any row every
 * further column is text. */
export function sentRows<Key extends KeyFields<Key>, Row extends { key: Key }>(
  tables: DocumentTables<Key>,
  rows: readonly Row[],
  columns: Record<string, (row: Row) => string | number> = {},
): SentRows {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const arrays = tables.keys.map(({ field, type }) => `${bind(rows.map(({ key }) => key[field]))}::${type}[]`)
  for (const take of Object.values(columns)) {
    const sent = rows.map(take)
    arrays.push(`${bind(sent)}::${typeof sent[0] === 'number' ? 'int' : 'text'}[]`)
  }
  const names = [...keyColumns(tables), ...Object.keys(columns), 'n']
  return { from: `unnest(${arrays.join(', ')}) with ordinality as b (${names.join(', ')})`, values, bind }
}
